/**
 * kill -9 of persistence under load, one pod after the other and both at once: between commit and notice, between notice
 * and offset. What was handled twice is stored once. Live delivery goes on without any persistence.
 */
import { describeFault } from './testing/with-stack';

describeFault('when persistence is killed under load', {}, (scene) => {
  it('goes on live, stores each message once and numbers inboxes without gaps', async () => {
    const [one, other] = [scene.stack.pod('persistence', 0), scene.stack.pod('persistence', 1)];
    const load = await scene.load();
    load.start();
    await load.more('positioned', 100);
    for (const pod of [one, other]) {
      await pod.kill();
      await load.more('shown', 100);
      await pod.start();
    }
    await Promise.all([one.kill(), other.kill()]);
    await load.more('shown', 150);
    await Promise.all([one.start(), other.start()]);
    load.healed();
    await load.more('positioned', 100, 120_000);
    const { broken } = await load.finish('persistence-killed', 180_000);
    expect(broken).toEqual({});
  });
});
