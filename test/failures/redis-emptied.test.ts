/** Redis restarts under load and has forgotten everything: all subscriptions, as it keeps nothing else. Three times. */
import { describeFault } from './testing/with-stack';

describeFault('when Redis restarts empty under load', {}, (scene) => {
  it('finds the lost notices in the inboxes and receives everything live again', async () => {
    const { redis } = scene.stack.backends;
    const load = await scene.load();
    load.start();
    await load.more('shown', 100);
    for (let round = 0; round < 3; round += 1) {
      await redis.kill();
      await redis.start();
      await load.more('shown', 100);
    }
    load.healed();
    await load.more('shown', 100);
    const { broken } = await load.finish('redis-emptied');
    expect(broken).toEqual({});
  });
});
