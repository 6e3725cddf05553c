/** Redis answers two seconds late under load: beyond the time that a publish is given. Nothing waits for it. */
import type { Load } from './support/load';
import { describeFault } from './support/with-stack';

const LATE_MS = 2_000;

describeFault('when Redis is slow under load', {}, (scene) => {
  it('accepts without waiting for Redis and delivers everything', async () => {
    const { redis } = scene.stack.proxies;
    const load = await scene.load();
    load.start();
    await load.more('shown', 100);
    redis.delayMs = LATE_MS;
    redis.mode = 'slow';
    try {
      await load.more('accepted', 500);
      await load.more('shown', 500);
    } finally {
      redis.mode = 'pass';
    }
    load.healed();
    await load.more('shown', 200);
    const { broken } = await load.finish('redis-slow');
    expect(broken).toEqual({});
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
