import type { Database } from '@chat-app/database';
import { openDatabase } from '../../testing/embedded-context';

interface Fitted {
  name: string;
  settings: string[] | null;
}

describe('the functions of the schema', () => {
  let database: Database;
  beforeAll(async () => {
    database = await openDatabase();
  }, 60_000);
  afterAll(() => database.close());

  it('find rows by index, whatever the planner believed of the table when it made the plan', async () => {
    const text = `
select p.proname::text as name, p.proconfig as settings from pg_proc p where p.pronamespace = 'chat'::regnamespace`;
    const functions = await database.query<Fitted>({ name: 'functions', text });
    expect(functions.map(({ name }) => name)).toContain('store_events');
    for (const { settings } of functions) {
      expect(settings).toEqual(expect.arrayContaining(['enable_seqscan=off', 'jit=off']));
    }
  });

  it('work on tables of which nothing is known, rather than that they were empty once', async () => {
    const text = `select reltuples as rows from pg_class where oid = 'chat.messages'::regclass`;
    expect(await database.query({ name: 'rows', text })).toEqual([{ rows: -1 }]);
  });
});
