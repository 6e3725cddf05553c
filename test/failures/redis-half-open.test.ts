/**
 * The link to Redis goes half-open under load: connections stay, bytes go nowhere, the library sees nothing wrong. The
 * canary, which each pod publishes to itself, is what notices.
 */
import { describeFault } from './support/with-stack';

describeFault('when the link to Redis is half-open under load', {}, (scene) => {
  it('notices, delivers by way of the inbox, and is live again when bytes pass', async () => {
    const { redis } = scene.stack.proxies;
    const load = await scene.load();
    load.start();
    await load.more('shown', 100);
    redis.mode = 'stall';
    try {
      await load.more('accepted', 600);
      await load.more('shown', 600);
    } finally {
      redis.mode = 'pass';
    }
    load.healed();
    await load.more('shown', 300);
    const { broken } = await load.finish('redis-half-open');
    expect(broken).toEqual({});
  });
});
