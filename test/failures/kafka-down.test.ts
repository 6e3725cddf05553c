/**
 * Kafka is killed under load and stays away: every send is answered `unavailable` within ten seconds or so, none is
 * accepted, and clients send again until it is back.
 */
import { describeFault } from './testing/with-stack';

describeFault('when Kafka is killed under load', {}, (scene) => {
  it('rejects for the moment, never accepts without it, and accepts each message once it is back', async () => {
    const [kafka] = scene.stack.backends.kafka;
    const load = await scene.load();
    load.start();
    await load.more('shown', 100);
    await kafka!.kill();
    let accepted: number;
    try {
      await load.when(() => load.devices.every(({ retryable }) => retryable.length > 0), 'every client hears of it');
      accepted = load.accepted;
      await load.when(() => load.devices.every(({ retryable }) => retryable.length > 1), 'and hears of it again');
      expect(load.accepted).toBe(accepted);
      expect(load.devices.flatMap(({ retryable }) => retryable).every(({ code }) => code === 'unavailable')).toBe(true);
    } finally {
      await kafka!.start();
    }
    load.healed();
    await load.more('shown', 200, 120_000);
    const { broken } = await load.finish('kafka-down', 180_000);
    expect(broken).toEqual({});
  });
});
