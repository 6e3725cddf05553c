/**
 * Two of three Kafka brokers are killed under load: the third may not acknowledge alone (min.insync.replicas is 2), and
 * so nothing is accepted until another is back.
 */
import { describeFault } from './testing/with-stack';

describeFault('when two of three Kafka brokers are killed under load', { nodes: 3 }, (scene) => {
  it('accepts nothing that only one broker holds, and everything once another is back', async () => {
    const [first, second] = scene.stack.backends.kafka;
    const load = await scene.load({ rate: 40 });
    load.start();
    await load.more('shown', 100, 120_000);
    const since = Date.now();
    await Promise.all([first!.kill(), second!.kill()]);
    const heard = (times: number) => () =>
      load.devices.every(({ retryable }) => retryable.filter(({ at }) => at > since).length >= times);
    try {
      await load.when(heard(1), 'every client hears of it', 120_000);
      const { accepted } = load;
      await load.when(heard(2), 'and hears of it again', 120_000);
      expect(load.accepted).toBe(accepted);
    } finally {
      await first!.start();
      await second!.start();
    }
    load.healed();
    await load.more('accepted', 100, 120_000);
    const { broken } = await load.finish('kafka-min-isr', 180_000);
    expect(broken).toEqual({});
  });
});
