/**
 * The disk that messages are stored on is full for a while under load. The tables stand on a small disk of their own: a
 * disk full of write-ahead log is a crash of PostgreSQL, which `database-down` has.
 */
import { injectDatabaseFault } from './testing/inject-database-fault';
import { canMount, mountSmallDisk } from './testing/small-disk';
import { withDatabase } from './testing/stores';
import { describeFault } from './testing/with-stack';

const DISK_MB = 64;

describeFault('when the disk of PostgreSQL is full under load', {}, (scene) => {
  const sql = (...statements: string[]): Promise<void> =>
    withDatabase(scene.stack.backends, async (client) => {
      for (const statement of statements) await client.query(statement);
    });
  const mounted = canMount() || process.env['CI'] === 'true' ? it : it.skip;

  mounted(
    'goes on live, waits with storing, sets nothing aside, and stores everything once there is room',
    async () => {
      const disk = mountSmallDisk(DISK_MB);
      try {
        await sql(
          `create tablespace small location '${disk.path}'`,
          'alter table chat.messages set tablespace small',
          // Else what earlier tests left free within the table would take messages while the disk is full.
          'vacuum full chat.messages',
        );
        await injectDatabaseFault(scene, 'database-full', async () => {
          disk.fill();
          return Promise.resolve(async () => Promise.resolve(disk.relieve()));
        });
      } finally {
        disk.relieve();
        await sql('alter table chat.messages set tablespace pg_default', 'drop tablespace if exists small');
        disk.release();
      }
    },
  );
});
