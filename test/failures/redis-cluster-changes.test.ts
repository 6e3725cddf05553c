/**
 * The fan-out on a Redis Cluster whose nodes are killed and whose slots move under load. Sends are accepted all the same; what
 * the channels of the node would have carried comes by way of the inbox until its replica, or the slots' new owner, has them.
 */
import { eventually } from './testing/eventually';
import { describeFault } from './testing/with-stack';

describeFault('when a Redis Cluster changes under load', { redisCluster: true }, (scene) => {
  /** Resolves once every pod says that all of its channels are subscribed, or that not all are. */
  const connected = (isSo: boolean): Promise<boolean> =>
    eventually(
      async () => {
        const states = await Promise.all(scene.stack.pods.websocket.map((pod) => pod.metric('chat_fanout_connected')));
        return states.every((state) => state === Number(isSo)) || undefined;
      },
      `every pod is ${isSo ? '' : 'not '}connected to the whole cluster`,
    );

  it('delivers all and stays ready while a node is killed, its replica takes over and it comes back', async () => {
    const [node] = scene.stack.cluster.nodes;
    const load = await scene.load();
    load.start();
    await load.more('shown', 100);
    await node?.kill();
    try {
      await connected(false);
      await load.more('accepted', 300);
      await load.more('shown', 300);
      for (const pod of scene.stack.pods.websocket) await pod.process.ready(5_000);
      // The replica has its slots, while the node is still away.
      await connected(true);
      await load.more('shown', 100);
    } finally {
      await node?.start();
    }
    load.healed();
    await load.more('shown', 200);
    const { broken } = await load.finish('redis-cluster-node-killed');
    expect(broken).toEqual({});
  });

  it('delivers all while a thousand slots move from one node to another', async () => {
    const { cluster } = scene.stack;
    await cluster.settled();
    const [from, to] = await cluster.masters();
    if (from === undefined || to === undefined) throw new Error('the cluster has no two masters');
    const load = await scene.load();
    load.start();
    await load.more('shown', 100);
    const [source, target] = [await cluster.idOf(from), await cluster.idOf(to)];
    const move = ['--cluster-from', source, '--cluster-to', target, '--cluster-slots', '1000', '--cluster-yes'];
    await cluster.manage('reshard', from.address, ...move);
    await connected(true);
    load.healed();
    await load.more('shown', 200);
    const { broken } = await load.finish('redis-cluster-reshard');
    expect(broken).toEqual({});
  });
});
