/** Child of database-pglite.test: inserts rows until it is killed, and says each id once it was acknowledged. */
import { createPgliteDatabase } from '../database-pglite';

async function main(): Promise<void> {
  const database = await createPgliteDatabase({ directory: process.argv[2] });
  await database.migrate('kill', [{ name: '001_create', sql: 'create table things (id int primary key, word text)' }]);
  const last = { name: 'last', text: 'select coalesce(max(id), 0) as id from kill.things' };
  const [row] = await database.query<{ id: number }>(last);
  for (let id = (row?.id ?? 0) + 1; ; id += 2) {
    await database.query({ name: 'insert', text: 'insert into kill.things values ($1, $2)' }, [id, 'x'.repeat(100)]);
    const two = { name: 'insert_more', text: 'insert into kill.things values ($1, $2)' };
    await database.transaction((transaction) => transaction.query(two, [id + 1, 'y']));
    process.stdout.write(`${id}\n${id + 1}\n`);
  }
}

void main();
