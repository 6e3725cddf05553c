/** Everything is killed under load at once, all services and all backends, and starts again from what is on disk. */
import { describeFault } from './testing/with-stack';

describeFault('when everything is killed under load at once', {}, (scene) => {
  it('has every accepted message afterwards', async () => {
    const { backends, allPods } = scene.stack;
    const load = await scene.load();
    load.start();
    await load.more('shown', 200);
    await Promise.all([
      ...allPods.map((pod) => pod.kill()),
      backends.redis.kill(),
      backends.postgres.process.end('SIGQUIT'),
      ...backends.kafka.map((node) => node.kill()),
    ]);
    await load.more('sent', 100);
    await Promise.all([backends.redis.start(), backends.postgres.start(), backends.kafka[0]!.start()]);
    await Promise.all(allPods.map((pod) => pod.start()));
    load.healed();
    await load.more('shown', 200, 120_000);
    const { broken } = await load.finish('everything-restarts', 180_000);
    expect(broken).toEqual({});
  });
});
