/**
 * SIGSTOP of a persistence pod under load for longer than the consumer group waits for it: its partitions go to the other
 * pod. On SIGCONT it may go on with a batch that is no longer its own; what both store is stored once.
 */
import { eventually } from './testing/eventually';
import { describeFault } from './testing/with-stack';

describeFault('when a persistence pod hangs under load', {}, (scene) => {
  it('goes on live, stores with the other pod, and bears the late writer', async () => {
    const [frozen, other] = [scene.stack.pod('persistence', 0), scene.stack.pod('persistence', 1)];
    const load = await scene.load();
    load.start();
    await load.more('positioned', 100);
    const before = await other.metric('chat_log_rebalances_total');
    frozen.freeze();
    // What a readiness probe that gets no answer does.
    frozen.exclude();
    try {
      await load.more('shown', 100);
      // Storing stands still on its partitions until the group has given them away.
      await eventually(
        async () => ((await other.metric('chat_log_rebalances_total')) > before ? true : undefined),
        'the other pod has the partitions',
        90_000,
      );
      await load.more('positioned', 300, 120_000);
    } finally {
      frozen.thaw();
    }
    load.healed();
    frozen.include();
    await load.more('positioned', 200, 120_000);
    const { broken } = await load.finish('persistence-frozen', 180_000);
    expect(broken).toEqual({});
  });
});
