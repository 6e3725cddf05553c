/** Redis answers two seconds late under load: beyond the time that a publish is given. Nothing waits for it. */
import { injectLinkFault } from './testing/inject-link-fault';
import type { Load } from './testing/load';
import { describeFault } from './testing/with-stack';

const LATE_MS = 2_000;

describeFault('when Redis is slow under load', {}, (scene) => {
  it('accepts without waiting for Redis and delivers everything', async () => {
    const { redis } = scene.stack.proxies;
    redis.delayMs = LATE_MS;
    const load = await injectLinkFault(scene, 'redis-slow', redis, { mode: 'slow', meanwhile: 500 });
    // Sends go by way of Kafka alone.
    const waits = acceptedAfterMs(load);
    expect(waits[Math.floor(waits.length * 0.99)]).toBeLessThan(LATE_MS);
    expect(load.devices.flatMap(({ retryable }) => retryable)).toEqual([]);
  });
});

/** How long each accepted send waited, ascending. */
function acceptedAfterMs({ observations }: Load): number[] {
  const sentAt = new Map(
    observations.flatMap((one) => (one.kind === 'sent' ? [[one.client_id, one.at] as const] : [])),
  );
  return observations
    .flatMap((one) => (one.kind === 'accepted' ? [one.at - (sentAt.get(one.client_id) ?? one.at)] : []))
    .sort((one, other) => one - other);
}
