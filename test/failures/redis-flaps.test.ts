/** The link to Redis breaks again and again under load, about once a second. */
import { describeFault } from './testing/with-stack';

describeFault('when the link to Redis flaps under load', {}, (scene) => {
  it('loses nothing between the flaps', async () => {
    const { redis } = scene.stack.proxies;
    const load = await scene.load();
    load.start();
    await load.more('shown', 100);
    for (let flap = 0; flap < 10; flap += 1) {
      redis.mode = 'refuse';
      redis.cut();
      await load.more('accepted', 25);
      redis.mode = 'pass';
      await load.more('accepted', 35);
    }
    load.healed();
    await load.more('shown', 100);
    const { broken } = await load.finish('redis-flaps');
    expect(broken).toEqual({});
  });
});
