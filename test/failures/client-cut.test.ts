/** Every client's connection is reset under load, again and again: after a send, before its answer, in a catch-up. */
import { describeFault } from './testing/with-stack';

describeFault('when all connections of clients are cut under load', {}, (scene) => {
  it('resumes each device where it stopped, and settles every send', async () => {
    const load = await scene.load({ twoDevices: 8 });
    load.start();
    for (let round = 0; round < 8; round += 1) {
      await load.more('sent', 40);
      scene.stack.websocket.cut();
      await Promise.all(load.devices.map((device) => device.online()));
      await load.more('shown', 40);
    }
    load.healed();
    const { broken } = await load.finish('client-cut');
    expect(broken).toEqual({});
    for (const device of load.devices) expect(device.connections).toBeGreaterThan(1);
  });
});
