/**
 * SIGSTOP of a websocket pod under load, and SIGCONT later: it hangs with its connections open. Clients notice by the
 * silence of its pings and go to the other pod; when it goes on it has nobody to tell, and does no harm.
 */
import { describeFault } from './testing/with-stack';

const options = { overrides: { websocket: { PING_INTERVAL_MS: '2000' } } };

describeFault('when a websocket pod hangs under load', options, (scene) => {
  it('has its clients on the other pod soon, loses nothing, and takes clients again when it goes on', async () => {
    const [frozen, other] = [scene.stack.pod('websocket', 0), scene.stack.pod('websocket', 1)];
    const load = await scene.load();
    load.start();
    await load.more('shown', 100);
    const before = await frozen.metric('chat_websocket_connections');
    expect(before).toBeGreaterThan(0);
    const endings = load.devices.reduce((sum, device) => sum + device.endings.length, 0);
    frozen.freeze();
    // What a readiness probe that gets no answer does.
    frozen.exclude();
    try {
      await load.when(
        () => load.devices.reduce((sum, device) => sum + device.endings.length, 0) >= endings + before,
        'all clients of the frozen pod leave it',
      );
      await Promise.all(load.devices.map((device) => device.online()));
      expect(await other.metric('chat_websocket_connections')).toBeGreaterThanOrEqual(load.devices.length);
      await load.more('shown', 100);
    } finally {
      frozen.thaw();
    }
    load.healed();
    frozen.include();
    await load.more('shown', 100);
    const { broken } = await load.finish('websocket-frozen');
    expect(broken).toEqual({});
  });
});
