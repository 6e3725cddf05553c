/**
 * kill -9 of a websocket pod under load, several times: with sends in flight, between Kafka's acknowledgement and the
 * answer, in the middle of a catch-up. Clients go to the other pod and send again under the same ids.
 */
import { describeFault } from './testing/with-stack';

describeFault('when a websocket pod is killed under load', {}, (scene) => {
  it('loses nothing, shows nothing twice, and has everybody back on the other pod', async () => {
    const load = await scene.load();
    load.start();
    await load.more('shown', 100);
    for (const index of [0, 1, 0]) {
      const pod = scene.stack.pod('websocket', index);
      await pod.kill();
      // The rest goes on meanwhile.
      await load.more('shown', 150);
      await pod.start();
      await load.more('shown', 50);
    }
    load.healed();
    await load.more('accepted', 50);
    const { broken } = await load.finish('websocket-killed');
    expect(broken).toEqual({});
    expect(load.devices.some(({ endings }) => endings.length > 0)).toBe(true);
  });
});
