/** Redis answers two seconds late under load: beyond the time that a publish is given. Nothing waits for it. */
import { describeFault } from './support/with-stack';

describeFault('when Redis is slow under load', {}, (scene) => {
  it('accepts as fast as ever and delivers everything', async () => {
    const { redis } = scene.stack.proxies;
    const load = await scene.load();
    load.start();
    await load.more('shown', 100);
    redis.delayMs = 2_000;
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
    const codes = load.devices.flatMap(({ retryable }) => retryable.map(({ code }) => code));
    expect(codes.filter((code) => code !== 'unavailable' && code !== 'overloaded')).toEqual([]);
  });
});
