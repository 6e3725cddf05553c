/** PostgreSQL has no connection left for persistence under load: those it has are ended, new ones are refused (53300). */
import { injectDatabaseFault } from './testing/inject-database-fault';
import { withDatabase } from './testing/stores';
import { describeFault } from './testing/with-stack';

describeFault('when there are no database connections left under load', {}, (scene) => {
  it('goes on live, waits with storing, sets nothing aside, and stores everything afterwards', async () => {
    const limit = (connections: number) =>
      withDatabase(scene.stack.backends, async (client) => {
        await client.query(`alter role persistence connection limit ${connections}`);
        if (connections < 0) return;
        await client.query("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'persistence'");
      });
    await injectDatabaseFault(scene, 'database-pool-exhausted', async () => {
      await limit(0);
      return () => limit(-1);
    });
  });
});
