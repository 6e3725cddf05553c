/**
 * Redis is killed under load and stays away for a while. Sends are accepted all the same; messages come by way of the
 * inbox, which pods look at more often meanwhile. No pod becomes unready: that would take all of them out at once.
 */
import { describeFault } from './testing/with-stack';

describeFault('when Redis is killed under load', {}, (scene) => {
  it('accepts and delivers without it, stays ready, and is live again when it is back', async () => {
    const { redis } = scene.stack.backends;
    const load = await scene.load();
    load.start();
    await load.more('shown', 100);
    await redis.kill();
    try {
      await load.more('accepted', 300);
      await load.more('shown', 300);
      for (const pod of scene.stack.pods.websocket) await pod.process.ready(5_000);
      // Who comes now is let in.
      scene.stack.websocket.cut();
      await Promise.all(load.devices.map((device) => device.online()));
      await load.more('shown', 100);
    } finally {
      await redis.start();
    }
    load.healed();
    await load.more('shown', 200);
    const { broken } = await load.finish('redis-killed');
    expect(broken).toEqual({});
    expect(load.devices.some(({ degraded }) => degraded > 0)).toBe(true);
  });
});
