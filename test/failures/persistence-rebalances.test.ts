/** Persistence goes from one pod to three and back to one under load: partitions change hands with batches in flight. */
import { describeFault } from './testing/with-stack';

describeFault('when persistence is scaled from one to three and back under load', { persistencePods: 3 }, (scene) => {
  it('stores each message once, in order, and numbers inboxes without gaps', async () => {
    const [, second, third] = scene.stack.pods.persistence;
    const scaled = [second!, third!];
    const load = await scene.load();
    await Promise.all(scaled.map((pod) => pod.terminate()));
    load.start();
    await load.more('positioned', 100, 120_000);
    for (let round = 0; round < 2; round += 1) {
      await Promise.all(scaled.map((pod) => pod.start()));
      await load.more('positioned', 150, 120_000);
      const exits = await Promise.all(scaled.map((pod) => pod.terminate()));
      expect(exits).toEqual([0, 0]);
      await load.more('positioned', 150, 120_000);
    }
    load.healed();
    const { broken } = await load.finish('persistence-rebalances');
    expect(broken).toEqual({});
  });
});
