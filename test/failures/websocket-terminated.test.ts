/**
 * A rolling restart of every service under load, as a Deployment does it: SIGTERM to one pod after the other, the next
 * only when the one before is back. Clients are told to go, each at another moment.
 */
import { describeFault } from './testing/with-stack';

describeFault('when every service is restarted, pod by pod, under load', {}, (scene) => {
  it('loses nothing, cuts nobody off, and rejects at most one send per client', async () => {
    const load = await scene.load();
    load.start();
    await load.more('shown', 100);
    for (const pod of scene.stack.allPods) {
      expect({ pod: pod.name, exit: await pod.terminate() }).toEqual({ pod: pod.name, exit: 0 });
      await load.more('shown', 50);
      await pod.start();
      await load.more('shown', 50);
    }
    load.healed();
    const endings = load.devices.flatMap((device) =>
      device.endings.map((ending) => ({ device: device.name, ...ending })),
    );
    const { broken } = await load.finish('websocket-terminated');
    expect(broken).toEqual({});
    // 1012 by the pod, 1000 and 1005 by a client that left in time; never 1006 but where a client was impatient.
    expect(endings.filter(({ code, gaveUp }) => !gaveUp && ![1000, 1005, 1012].includes(code))).toEqual([]);
    expect(endings.length).toBeGreaterThan(0);
    for (const device of load.devices) expect(device.retryable.length).toBeLessThanOrEqual(1);
  });
});
