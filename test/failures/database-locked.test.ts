/** Somebody locks the inboxes under load and forgets about it for longer than a statement waits for a lock. */
import { Client } from 'pg';
import { injectDatabaseFault } from './testing/inject-database-fault';
import { describeFault } from './testing/with-stack';

describeFault('when the inboxes are locked under load', {}, (scene) => {
  it('goes on live, waits with storing, sets nothing aside, and stores everything afterwards', async () => {
    await injectDatabaseFault(scene, 'database-locked', async () => {
      const client = new Client({ connectionString: scene.stack.backends.databaseUrl('postgres') });
      await client.connect();
      await client.query('begin');
      await client.query('lock table chat.inbox_heads in access exclusive mode');
      return () => client.end();
    });
  });
});
