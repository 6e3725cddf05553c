/** PostgreSQL takes no writes for a while under load, as a demoted primary does. */
import { injectDatabaseFault } from './testing/inject-database-fault';
import { withDatabase } from './testing/stores';
import { describeFault } from './testing/with-stack';

describeFault('when PostgreSQL is read-only under load', {}, (scene) => {
  it('goes on live, waits with storing, sets nothing aside, and stores everything afterwards', async () => {
    const set = (value: string) =>
      withDatabase(scene.stack.backends, async (client) => {
        await client.query(`alter system ${value}`);
        await client.query('select pg_reload_conf()');
      });
    await injectDatabaseFault(scene, 'database-read-only', async () => {
      await set('set default_transaction_read_only = on');
      return () => set('reset default_transaction_read_only');
    });
  });
});
