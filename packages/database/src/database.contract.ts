import { isPlatformError, type PlatformError } from '@chat-app/platform';
import type { Database, Migration } from './database';

const select = (text: string) => ({ name: 'test_select', text });

async function failureOf(work: Promise<unknown>): Promise<PlatformError> {
  try {
    await work;
  } catch (thrown) {
    if (isPlatformError(thrown)) return thrown;
    throw thrown;
  }
  throw new Error('it did not fail');
}

/**
 * What every adapter of the database keeps. `open` gives an empty database: one without the schemas named `contract…`.
 */
export function describeDatabaseContract(title: string, open: () => Promise<Database>): void {
  describe(`${title}: the database contract`, () => {
    let database: Database;
    beforeAll(async () => {
      database = await open();
      await database.migrate('contract', [CREATE_THINGS]);
    }, 180_000);
    beforeEach(() => database.query(select('truncate contract.things')));
    afterAll(() => database.close());

    describeTypes(() => database);
    describeTexts(() => database);
    describeFailures(() => database);
    describeTransactions(() => database);
    describeMigrations(() => database);

    it('answers a ping', () => database.ping());

    it('maintains what can be in no transaction, and says what it refuses', async () => {
      const { signal } = new AbortController();
      await database.maintain({ name: 'vacuum', text: 'vacuum contract.things' }, signal);
      const refused = database.maintain({ name: 'vacuum', text: 'vacuum contract.nothing' }, signal);
      expect(await failureOf(refused)).toMatchObject({ code: 'database_refused', details: { statement: 'vacuum' } });
    });
  });
}

const CREATE_THINGS: Migration = {
  name: '001_create_things',
  sql: `create table things (id int primary key, word text not null, owner int references things deferrable initially deferred);
        create index things_by_word on things (md5(word));`,
};
const insert = { name: 'insert_thing', text: 'insert into contract.things (id, word) values ($1, $2)' };
const words = select('select id, word from contract.things order by id');

/** Texts that something on the way may take for something else. */
const AWKWARD_TEXTS: readonly string[] = [
  '',
  ' blank ',
  'NULL',
  'null',
  '{}',
  'a,b',
  'c"d\\',
  "it's $1",
  '\\x00ff',
  '\\N',
  'line\nline\r\n\ttab',
  '\uFEFFbom',
  '\uFEFF',
  '\uFEFF\uFEFFtwice',
  'in\uFEFFside\uFEFF',
  '\uFFFE\uFFFF\uFFFD',
  '\u0001\u001F\u007F\u0080\u0085\u2028',
  '\u200E\u202Eleft\u2066\u2069\u200D\u3164',
  'e\u0301 \u00E9 \u212B \uFB01',
  'שלום नमस्ते 日本語',
  '😀👩‍👩‍👧‍👦\u{10FFFF}',
  'ß'.repeat(9_000),
  '\uFEFF😀'.repeat(3_000),
];

function describeTexts(database: () => Database): void {
  it.each(AWKWARD_TEXTS.map((text) => [JSON.stringify(text).slice(0, 40), text]))(
    'stores the text %s and gives it back as it was, wherever a text can stand',
    async (_, text) => {
      await database().query(insert, [1, text]);
      await expect(database().query(words)).resolves.toEqual([{ id: 1, word: text }]);
      const rows = await database().transaction((transaction) =>
        transaction.query(
          select(`select $1::text as text, $1::varchar as varchar, $2::text as again, array[$1, null, $1] as built,
            $3::text[] as texts, $4::jsonb as json, $4::json->'text' as plain, $4::jsonb->>'text' as picked, null::text as nothing, $1 as last
            from generate_series(1, 2)`),
          [text, text, [text, null, text], JSON.stringify({ text, [text]: [text] })],
        ),
      );
      const row = {
        text,
        varchar: text,
        again: text,
        built: [text, null, text],
        texts: [text, null, text],
        json: { text, [text]: [text] },
        plain: text,
        picked: text,
        nothing: null,
        last: text,
      };
      expect(rows).toEqual([row, row]);
    },
  );

  it('refuses a text with a zero character, which PostgreSQL cannot hold, and goes on', async () => {
    const failure = await failureOf(database().query(insert, [1, 'a\u0000b']));
    expect(failure).toMatchObject({ code: 'database_refused' });
    await expect(database().query(words)).resolves.toEqual([]);
  });

  it('keeps half of a surrogate pair as the replacement character: it is no text', async () => {
    await database().query(insert, [1, 'a\uD83Db']);
    await expect(database().query(words)).resolves.toEqual([{ id: 1, word: 'a\uFFFDb' }]);
  });
}

function describeTypes(database: () => Database): void {
  it('reads each type as the port says', async () => {
    const [row] = await database().query(
      select(`select 9007199254740991::bigint as big, 7::int as int, 1.5::float8 as double, 1.50::numeric as numeric, true as yes,
        '2024-02-29 12:34:56.789123+00'::timestamptz as at, '2024-02-29'::date as date, '{"a": [1, null]}'::jsonb as json,
        '\\x00ff'::bytea as bytes, '8c1f6f6e-7f2c-4bd1-9c39-1b1a5f6f0a11'::uuid as id, 'ä"\\'::text as text, null::text as nothing`),
    );
    expect(row).toEqual({
      big: Number.MAX_SAFE_INTEGER,
      int: 7,
      double: 1.5,
      numeric: '1.50',
      yes: true,
      at: new Date('2024-02-29T12:34:56.789Z'),
      date: '2024-02-29',
      json: { a: [1, null] },
      bytes: new Uint8Array([0, 255]),
      id: '8c1f6f6e-7f2c-4bd1-9c39-1b1a5f6f0a11',
      text: 'ä"\\',
      nothing: null,
    });
  });

  it('reads arrays as arrays of what their elements are', async () => {
    const [row] = await database().query(
      select(`select array[1, null]::bigint[] as bigs, array['a,b', 'c"d\\', 'NULL', null, '', '{}']::text[] as texts,
        array['8c1f6f6e-7f2c-4bd1-9c39-1b1a5f6f0a11']::uuid[] as ids, array['2024-01-01 00:00+00']::timestamptz[] as times,
        '{}'::int[] as none, '[0:1]={4,5}'::int[] as bounds, '{{1,2},{3,4}}'::int[] as nested, array['{"a": 1}']::jsonb[] as jsons,
        array[true, false] as flags`),
    );
    expect(row).toEqual({
      bigs: [1, null],
      texts: ['a,b', 'c"d\\', 'NULL', null, '', '{}'],
      ids: ['8c1f6f6e-7f2c-4bd1-9c39-1b1a5f6f0a11'],
      times: [new Date('2024-01-01T00:00:00Z')],
      none: [],
      bounds: [4, 5],
      nested: [
        [1, 2],
        [3, 4],
      ],
      jsons: [{ a: 1 }],
      flags: [true, false],
    });
  });

  it('takes each kind of parameter and gives it back', async () => {
    const at = new Date('2024-02-29T12:34:56.789Z');
    const texts = ['a,b', 'c"d\\', 'NULL', null, '', '{}', ' blank ', 'ü\n'];
    const [row] = await database().query(
      select(`select $1::text as text, $2::bigint as big, $3::boolean as no, $4::timestamptz as at, $5::bytea as bytes,
        $6::jsonb as json, $7::text[] as texts, $8::bigint[] as bigs, $9::timestamptz[] as times, $10::text as nothing, $11::uuid[] as none`),
      ['x', 5, false, at, new Uint8Array([0, 1, 254]), '{"b":2}', texts, [1, null], [at, null], null, []],
    );
    expect(row).toEqual({
      text: 'x',
      big: 5,
      no: false,
      at,
      bytes: new Uint8Array([0, 1, 254]),
      json: { b: 2 },
      texts,
      bigs: [1, null],
      times: [at, null],
      nothing: null,
      none: [],
    });
  });

  it('refuses to read a bigint that a number cannot hold', async () => {
    const failure = await failureOf(database().query(select('select 9007199254740993::bigint as big')));
    expect(failure.code).toBe('database_refused');
    await expect(database().query(select('select 1 as one'))).resolves.toEqual([{ one: 1 }]);
  });

  it('answers a statement without rows with none', async () => {
    await expect(database().query(insert, [1, 'one'])).resolves.toEqual([]);
  });
}

function describeFailures(database: () => Database): void {
  it('refuses a duplicate by SQLSTATE and constraint, and never repeats its values', async () => {
    await database().query(insert, [42, 'first']);
    const failure = await failureOf(database().query(insert, [42, 'a secret']));
    expect(failure.code).toBe('database_refused');
    expect(failure.details).toMatchObject({ statement: 'insert_thing', sqlstate: '23505', constraint: 'things_pkey' });
    expect(JSON.stringify([failure.message, failure.details, failure.cause ?? null])).not.toMatch(/42|secret/);
  });

  it.each([
    ['a null that may not be', [1, null], '23502'],
    ['text that is no number', ['x', 'word'], '22P02'],
    ['a number out of range', [2 ** 40, 'word'], '22003'],
    ['a NUL in a text', [1, 'a\u0000b'], '22021'],
  ] as const)('refuses %s', async (_, parameters, sqlstate) => {
    const failure = await failureOf(database().query(insert, parameters));
    expect(failure).toMatchObject({ code: 'database_refused', retryable: false, details: { sqlstate } });
  });

  it('refuses a statement that is wrong, naming it', async () => {
    const failure = await failureOf(database().query({ name: 'wrong', text: 'select * from contract.nowhere' }));
    expect(failure).toMatchObject({ code: 'database_refused', details: { statement: 'wrong', sqlstate: '42P01' } });
    expect(failure.message).toContain('wrong');
  });

  it('serves the next statement after a failed one', async () => {
    await failureOf(database().query(insert, ['x', 'word']));
    await database().query(insert, [1, 'word']);
    await expect(database().query(words)).resolves.toEqual([{ id: 1, word: 'word' }]);
  });
}

function describeTransactions(database: () => Database): void {
  it('commits what a transaction did and gives its result', async () => {
    const result = await database().transaction(async (transaction) => {
      await transaction.query(insert, [1, 'one']);
      await transaction.query(insert, [2, 'two']);
      return 'done';
    });
    expect(result).toBe('done');
    await expect(database().query(words)).resolves.toHaveLength(2);
  });

  it('rolls back when its work rejects, and rejects with the same error', async () => {
    const own = new Error('own');
    const work = database().transaction(async (transaction) => {
      await transaction.query(insert, [1, 'one']);
      throw own;
    });
    await expect(work).rejects.toBe(own);
    await expect(database().query(words)).resolves.toEqual([]);
  });

  it('rolls back when a statement was refused, also where the work went on as if nothing had happened', async () => {
    const work = database().transaction(async (transaction) => {
      await transaction.query(insert, [1, 'one']);
      await failureOf(transaction.query(insert, [1, 'again']));
      return 'done';
    });
    expect((await failureOf(work)).code).toBe('database_refused');
    await expect(database().query(words)).resolves.toEqual([]);
  });

  it('refuses at the commit what only the commit can find', async () => {
    const work = database().transaction((transaction) =>
      transaction.query(select(`insert into contract.things values (1, 'one', 7)`)),
    );
    expect(await failureOf(work)).toMatchObject({ code: 'database_refused', details: { sqlstate: '23503' } });
  });

  it('runs statements asked for together within a transaction one after another', async () => {
    await database().transaction((transaction) =>
      Promise.all([1, 2, 3, 4].map((id) => transaction.query(insert, [id, 'word']))),
    );
    await expect(database().query(words)).resolves.toHaveLength(4);
  });

  it('keeps transactions running side by side apart', async () => {
    const add = (id: number) =>
      database().transaction(async (transaction) => {
        await transaction.query(insert, [id, 'word']);
        if (id % 2 === 0) throw new Error('even');
      });
    const results = await Promise.allSettled([1, 2, 3, 4, 5, 6].map(add));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    const rows = await database().query<{ id: number }>(words);
    expect(rows.map(({ id }) => id)).toEqual([1, 3, 5]);
  });
}

function describeMigrations(database: () => Database): void {
  const first: Migration = { name: '001_first', sql: 'create table contract_two.a (id int); create table b (id int)' };
  const second: Migration = { name: '002_second', sql: 'alter table a add column word text' };
  const applied = async (): Promise<string[]> => {
    const rows = await database().query<{ name: string }>(
      select('select name from contract_two.migrations order by 1'),
    );
    return rows.map(({ name }) => name);
  };
  beforeEach(async () => {
    await database().query(select('drop schema if exists contract_two cascade'));
    await database().query(select('drop schema if exists contract_three cascade'));
  });

  it('applies what is missing, in order, once', async () => {
    await database().migrate('contract_two', [first]);
    await database().migrate('contract_two', [first, second]);
    await database().migrate('contract_two', [first, second]);
    await expect(applied()).resolves.toEqual(['001_first', '002_second']);
    await database().query(select(`insert into contract_two.a values (1, 'word')`));
  });

  it('lets several start together', async () => {
    await Promise.all([1, 2, 3].map(() => database().migrate('contract_two', [first, second])));
    await Promise.all(['contract_two', 'contract_three'].map((schema) => database().migrate(schema, [])));
    await expect(applied()).resolves.toEqual(['001_first', '002_second']);
  });

  it('leaves nothing of a migration that fails, keeps the ones before it, and goes on once it is right', async () => {
    const wrong = { name: '002_second', sql: 'create table c (id int); select * from nowhere' };
    const failure = await failureOf(database().migrate('contract_two', [first, wrong]));
    expect(failure).toMatchObject({ code: 'database_refused', details: { statement: '002_second' } });
    await expect(applied()).resolves.toEqual(['001_first']);
    await database().migrate('contract_two', [first, { ...wrong, sql: 'create table c (id int)' }]);
    await expect(applied()).resolves.toEqual(['001_first', '002_second']);
  });

  it('refuses a released migration that was changed', async () => {
    await database().migrate('contract_two', [first]);
    const changed = database().migrate('contract_two', [{ ...first, sql: 'create table other (id int)' }]);
    const failure = await failureOf(changed);
    expect(failure).toMatchObject({ code: 'illegal_state', details: { migration: '001_first' } });
  });

  it('refuses a migration that sorts before what is applied', async () => {
    await database().migrate('contract_two', [first, second]);
    const late = { name: '001_later', sql: 'select 1' };
    const failure = await failureOf(database().migrate('contract_two', [first, late, second]));
    expect(failure).toMatchObject({ code: 'illegal_state', details: { migration: '001_later' } });
  });

  it('refuses names that do not ascend', async () => {
    expect((await failureOf(database().migrate('contract_two', [second, first]))).code).toBe('illegal_state');
  });

  it('goes on with a database that is newer than the program', async () => {
    await database().migrate('contract_two', [first, second]);
    await database().migrate('contract_two', [first]);
    await expect(applied()).resolves.toEqual(['001_first', '002_second']);
  });

  it('uses a schema that is there already', async () => {
    await database().query(select('create schema contract_two'));
    await database().migrate('contract_two', [first]);
    await expect(applied()).resolves.toEqual(['001_first']);
  });

  it('gathers statistics of large tables, and tells the planner of no other how small it is', async () => {
    const sql = 'insert into a select generate_series(1, 10000); insert into b select generate_series(1, 10)';
    await database().migrate('contract_two', [first, { name: '002_second', sql }]);
    const text = `
select relname::text as name, reltuples::int as rows from pg_class
where oid in ('contract_two.a'::regclass, 'contract_two.b'::regclass) order by 1`;
    await expect(database().query(select(text))).resolves.toEqual([
      { name: 'a', rows: 10_000 },
      { name: 'b', rows: -1 },
    ]);
  });
}
