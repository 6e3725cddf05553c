/**
 * PostgreSQL crashes under load and stays away; later it throws everybody out, as a failover does. Sends are accepted and
 * shown live meanwhile; clients may connect. Storing waits, spends no retries, and catches up.
 */
import { withDatabase } from './testing/stores';
import { describeFault } from './testing/with-stack';

describeFault('during an outage of PostgreSQL under load', {}, (scene) => {
  it('goes on live, lets clients connect, and stores everything once it is back', async () => {
    const { backends } = scene.stack;
    const { postgres } = backends;
    const before = await deadMessages(backends);
    const load = await scene.load();
    load.start();
    await load.more('positioned', 100);
    await postgres.process.end('SIGQUIT');
    try {
      await load.more('shown', 300);
      scene.stack.websocket.cut();
      await Promise.all(load.devices.map((device) => device.online()));
      await load.more('shown', 300);
      expect(load.devices.some(({ degraded }) => degraded > 0)).toBe(true);
    } finally {
      await postgres.start();
    }
    load.healed();
    await load.more('positioned', 500, 120_000);
    const { broken } = await load.finish('database-down');
    expect(broken).toEqual({});
    expect(await deadMessages(backends)).toBe(before);
  });

  it('outlives the end of every connection at once, again and again', async () => {
    const load = await scene.load();
    load.start();
    for (let round = 0; round < 5; round += 1) {
      await load.more('positioned', 60);
      await withDatabase(scene.stack.backends, (client) =>
        client.query(
          "select pg_terminate_backend(pid) from pg_stat_activity where usename in ('persistence', 'authentication')",
        ),
      );
    }
    load.healed();
    await load.more('positioned', 100);
    const { broken } = await load.finish('database-fails-over');
    expect(broken).toEqual({});
  });
});

/** All that were ever dead-lettered; the backends are shared with other tests. */
function deadMessages(backends: Parameters<typeof withDatabase>[0]): Promise<number> {
  return withDatabase(backends, async (client) => {
    const { rows } = await client.query<{ count: string }>('select count(*) from chat.dead_messages');
    return Number(rows[0]?.count);
  });
}
