/** Kafka answers late under load: senders wait for `accepted`, and get it; nobody is told that it was not. */
import { describeFault } from './support/with-stack';

const LATE_MS = 1_000;

describeFault('when Kafka is slow under load', {}, (scene) => {
  it('accepts later, loses nothing and repeats nothing', async () => {
    const kafka = scene.stack.proxies.kafka!;
    const load = await scene.load();
    load.start();
    await load.more('shown', 100);
    kafka.delayMs = LATE_MS;
    kafka.mode = 'slow';
    try {
      await load.more('accepted', 60);
      await load.more('shown', 60);
    } finally {
      kafka.mode = 'pass';
    }
    load.healed();
    await load.more('positioned', 200, 120_000);
    const { broken } = await load.finish('kafka-slow');
    expect(broken).toEqual({});
  });
});
