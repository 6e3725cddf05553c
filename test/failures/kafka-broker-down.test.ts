/** One of three Kafka brokers is killed under load, then another: leaders and the group's coordinator move. */
import { describeFault } from './testing/with-stack';

describeFault('when one of three Kafka brokers is killed under load', { nodes: 3 }, (scene) => {
  it('goes on with the other two and loses nothing, whichever it is', async () => {
    const load = await scene.load({ rate: 40 });
    load.start();
    await load.more('shown', 100, 120_000);
    for (const broker of scene.stack.backends.kafka.slice(0, 2)) {
      await broker.kill();
      await load.more('accepted', 200, 120_000);
      await load.more('shown', 200, 120_000);
      await broker.start();
      await load.more('accepted', 100, 120_000);
    }
    load.healed();
    const { broken } = await load.finish('kafka-broker-down', 180_000);
    expect(broken).toEqual({});
  });
});
