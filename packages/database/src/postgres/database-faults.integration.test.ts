import { backendAddress, describeWithBackend } from '../../../../test/testing/backends';
import { TcpProxy } from '../../../../test/testing/tcp-proxy';
import { secretOf, createLogger, silentLogger, Metrics } from '@chat-app/platform';
import type { Database, Queryable } from '../database';
import { createPostgresDatabase, type PostgresDatabaseOptions } from './database-postgres';

const named = (name: string, text: string) => ({ name, text });
const pid = named('pid', 'select pg_backend_pid() as pid');
const sleep = named('sleep', 'select pg_sleep($1)');

describeWithBackend('postgres', 'PostgreSQL when it fails', () => {
  const open: Database[] = [];
  const url = () => backendAddress('postgres');
  const database = (options: Partial<PostgresDatabaseOptions> = {}): Database => {
    const made = createPostgresDatabase({
      url: secretOf(url()),
      applicationName: 'faults',
      poolSize: 2,
      logger: silentLogger,
      metrics: new Metrics('test'),
      ...options,
    });
    open.push(made);
    return made;
  };
  let admin: Database;
  beforeAll(async () => {
    admin = database({ applicationName: 'admin' });
    await admin.query(named('drop', 'drop schema if exists faults cascade'));
    const create = {
      name: '001_create',
      sql: `create table things (id int primary key, word text); insert into things values (1, 'one')`,
    };
    await admin.migrate('faults', [create]);
  });
  afterAll(() => Promise.all(open.splice(0).map((each) => each.close())));
  const terminate = async (backend: number): Promise<void> => {
    await admin.query(named('terminate', 'select pg_terminate_backend($1)'), [backend]);
  };
  const backendOf = async (queryable: Queryable): Promise<number> => {
    const [row] = await queryable.query<{ pid: number }>(pid);
    return row!.pid;
  };
  /** Resolves when the server says this backend waits. */
  const untilWaiting = async (backend: number, event: string): Promise<void> => {
    const text = 'select 1 from pg_stat_activity where pid = $1 and (wait_event = $2 or wait_event_type = $2)';
    while ((await admin.query(named('waiting', text), [backend, event])).length === 0);
  };

  it('lives through the end of an idle connection, and takes another', async () => {
    const calls = database({ poolSize: 1 });
    const backend = await backendOf(calls);
    await terminate(backend);
    const next = await backendOf(calls).catch(() => backendOf(calls));
    expect(next).not.toBe(backend);
  });

  it('is unavailable to a statement whose backend is killed, and answers the next', async () => {
    const calls = database({ poolSize: 1 });
    const backend = await backendOf(calls);
    const failure = expect(calls.query(sleep, [60])).rejects.toMatchObject({
      code: 'database_unavailable',
      retryable: true,
    });
    await untilWaiting(backend, 'PgSleep');
    await terminate(backend);
    await failure;
    await calls.ping();
  });

  it('is unavailable to a transaction whose backend is killed between two statements, and stores nothing of it', async () => {
    const calls = database({ poolSize: 1 });
    const work = calls.transaction(async (transaction) => {
      await transaction.query(named('insert', `insert into faults.things values (2, 'two')`));
      await terminate(await backendOf(transaction));
      await transaction.query(named('insert_more', `insert into faults.things values (3, 'three')`));
    });
    await expect(work).rejects.toMatchObject({ code: 'database_unavailable' });
    await expect(calls.query(named('count', 'select id from faults.things'))).resolves.toEqual([{ id: 1 }]);
  });

  it('is unavailable when a statement takes longer than it may', async () => {
    const calls = database({ timeouts: { statementMs: 200 } });
    await expect(calls.query(sleep, [60])).rejects.toMatchObject({
      code: 'database_unavailable',
      details: { statement: 'sleep', sqlstate: '57014' },
    });
    await calls.ping();
  });

  it('maintains for longer than a statement may take, until it is told to stop', async () => {
    const calls = database({ timeouts: { statementMs: 200, answerMs: 300 } });
    const during = { name: 'long', text: 'select pg_sleep(1)' };
    await calls.maintain(during, new AbortController().signal);
    const stopping = new AbortController();
    const work = calls.maintain({ name: 'endless', text: 'select pg_sleep(60)' }, stopping.signal);
    const failure = expect(work).rejects.toMatchObject({ code: 'database_unavailable' });
    const text = `select 1 from pg_stat_activity where query = 'select pg_sleep(60)' and wait_event = 'PgSleep'`;
    while ((await admin.query(named('waiting', text))).length === 0);
    stopping.abort();
    await failure;
    await calls.ping();
  });

  it('is unavailable when a lock is not to be had in time', async () => {
    const [holder, waiter] = [database(), database({ timeouts: { lockMs: 200 } })];
    const update = named('update', `update faults.things set word = 'other' where id = 1`);
    await holder.transaction(async (transaction) => {
      await transaction.query(update);
      await expect(waiter.query(update)).rejects.toMatchObject({
        code: 'database_unavailable',
        details: { sqlstate: '55P03' },
      });
    });
  });

  it('is unavailable when a transaction is the victim of a deadlock', async () => {
    const calls = database();
    await calls.query(named('more', `insert into faults.things values (10, 'a'), (11, 'b')`));
    const lock = named('lock_row', 'select 1 from faults.things where id = $1 for update');
    const inOrder = (first: number, second: number, meet: Promise<void>, arrived: () => void) =>
      calls.transaction(async (transaction) => {
        await transaction.query(lock, [first]);
        arrived();
        await meet;
        await transaction.query(lock, [second]);
      });
    let count = 0;
    let both: () => void = () => undefined;
    const meet = new Promise<void>((resolve) => (both = resolve));
    const arrived = (): void => void ((count += 1) === 2 && both());
    const results = await Promise.allSettled([inOrder(10, 11, meet, arrived), inOrder(11, 10, meet, arrived)]);
    const failed = results.filter((result) => result.status === 'rejected');
    expect(failed).toHaveLength(1);
    expect(failed[0]!.reason).toMatchObject({ code: 'database_unavailable', details: { sqlstate: '40P01' } });
  });

  it('is unavailable to writes where it is read-only, and leaves that connection', async () => {
    const calls = database({ poolSize: 1 });
    const backend = await backendOf(calls);
    await calls.query(named('read_only', 'set default_transaction_read_only to on'));
    const write = named('write', 'delete from faults.things where id = 99');
    await expect(calls.query(write)).rejects.toMatchObject({
      code: 'database_unavailable',
      details: { sqlstate: '25006' },
    });
    await calls.query(write);
    expect(await backendOf(calls)).not.toBe(backend);
  });

  it('is unavailable when it takes no more connections of a role', async () => {
    await admin.query(named('drop_role', 'drop role if exists faults_role'));
    await admin.query(named('create_role', `create role faults_role login connection limit 1 password 'p'`));
    const address = new URL(url());
    const options = {
      user: 'faults_role',
      password: secretOf('p'),
      host: address.hostname,
      port: Number(address.port),
    };
    const parts = { url: undefined, ...options, database: address.pathname.slice(1) };
    const [first, second] = [database(parts), database(parts)];
    await first.ping();
    await expect(second.ping()).rejects.toMatchObject({ code: 'database_unavailable', details: { sqlstate: '53300' } });
    await first.close();
    await admin.query(named('drop_role', 'drop role if exists faults_role'));
  });

  it('is unavailable when every connection stays taken', async () => {
    const calls = database({ poolSize: 1, timeouts: { connectMs: 2_000 } });
    await calls.transaction(async () => {
      await expect(calls.ping()).rejects.toMatchObject({ code: 'database_unavailable' });
    });
    await calls.ping();
  });

  it('is unavailable, within the time for an answer, when the link stops forwarding', async () => {
    const proxy = await TcpProxy.open(new URL(url()).host);
    const through = new URL(url());
    through.host = proxy.address;
    const timeouts = { connectMs: 500, answerMs: 500 };
    const calls = database({ url: secretOf(String(through)), timeouts });
    await calls.ping();
    proxy.mode = 'stall';
    await expect(calls.ping()).rejects.toMatchObject({ code: 'database_unavailable' });
    await expect(calls.ping()).rejects.toMatchObject({ code: 'database_unavailable' });
    proxy.cut();
    proxy.mode = 'pass';
    await calls.ping();
    await calls.close();
    await proxy.close();
  });

  it('says once that it is unavailable and once that it is back', async () => {
    const lines: string[] = [];
    const logger = createLogger({ service: 'test', destination: { write: (line) => void lines.push(line) } });
    const proxy = await TcpProxy.open(new URL(url()).host);
    const through = new URL(url());
    through.host = proxy.address;
    const calls = database({ url: secretOf(String(through)), logger, poolSize: 3 });
    await Promise.all([calls.ping(), calls.ping(), calls.ping()]);
    proxy.mode = 'refuse';
    proxy.cut();
    for (let attempt = 0; attempt < 5; attempt += 1) await expect(calls.ping()).rejects.toThrow();
    proxy.mode = 'pass';
    await calls.ping();
    await calls.ping();
    expect(lines.map((line) => (JSON.parse(line) as { message: string }).message)).toEqual([
      'the database is unavailable',
      'the database answers again',
    ]);
    await calls.close();
    await proxy.close();
  });

  it('goes on when a prepared statement went stale on every connection', async () => {
    const calls = database();
    await admin.query(named('create', 'create table faults.changing (a int)'));
    const select = named('select', 'select * from faults.changing');
    await Promise.all([calls.query(select), calls.query(select)]);
    await admin.query(named('alter', 'alter table faults.changing add column b text'));
    await admin.query(named('insert', `insert into faults.changing values (1, 'x')`));
    await expect(Promise.all([calls.query(select), calls.query(select)])).resolves.toEqual([
      [{ a: 1, b: 'x' }],
      [{ a: 1, b: 'x' }],
    ]);
    await calls.transaction(async (transaction) => {
      await transaction.query(named('deallocate', 'deallocate all'));
    });
    await expect(calls.query(select)).resolves.toEqual([{ a: 1, b: 'x' }]);
  });

  it('prepares different texts of one name apart, and follows a changed search path', async () => {
    const calls = database({ poolSize: 1 });
    await expect(calls.query(named('same', 'select 1 as a'))).resolves.toEqual([{ a: 1 }]);
    await expect(calls.query(named('same', 'select 2 as b'))).resolves.toEqual([{ b: 2 }]);
    await admin.query(named('create', 'create schema if not exists faults_other'));
    await admin.query(
      named('create', 'create table if not exists faults_other.things (id int primary key, word text)'),
    );
    const things = named('things', 'select id from things where id = 1');
    await calls.query(named('set', 'set search_path to faults'));
    await expect(calls.query(things)).resolves.toEqual([{ id: 1 }]);
    await calls.query(named('set_other', 'set search_path to faults_other'));
    await expect(calls.query(things)).resolves.toEqual([]);
    await admin.query(named('drop', 'drop schema faults_other cascade'));
  });

  it('migrates by a role that owns its schema and may create none', async () => {
    for (const text of [
      'drop schema if exists faults_owned cascade',
      'drop role if exists faults_owner',
      `create role faults_owner login password 'p'`,
      'create schema faults_owned authorization faults_owner',
    ]) {
      await admin.query(named('prepare', text));
    }
    const as = new URL(url());
    [as.username, as.password] = ['faults_owner', 'p'];
    const owner = database({ url: secretOf(String(as)) });
    await owner.migrate('faults_owned', [{ name: '001_create', sql: 'create table things (id int)' }]);
    await expect(owner.migrate('faults_forbidden', [])).rejects.toMatchObject({ details: { sqlstate: '42501' } });
    await owner.close();
    await admin.query(named('drop', 'drop schema faults_owned cascade'));
    await admin.query(named('drop', 'drop role faults_owner'));
  });

  it('lets pods that start together migrate once, each in its own pool', async () => {
    await admin.query(named('drop', 'drop schema if exists faults_pods cascade'));
    const slow = { name: '001_slow', sql: 'create table things (id int); select pg_sleep(0.3)' };
    const more = { name: '002_more', sql: 'insert into things values (1)' };
    const pods = [database(), database(), database()];
    await Promise.all(pods.map((pod) => pod.migrate('faults_pods', [slow, more])));
    await expect(admin.query(named('all', 'select id from faults_pods.things'))).resolves.toEqual([{ id: 1 }]);
    await admin.query(named('drop', 'drop schema faults_pods cascade'));
  });

  it('measures statements by outcome, the pool, and the wait for it', async () => {
    const metrics = new Metrics('test');
    const calls = database({ metrics });
    await calls.ping();
    await calls.query(named('wrong', 'select nothing from nowhere')).catch(() => undefined);
    const { body } = await metrics.expose();
    expect(body).toMatch(/chat_database_query_duration_seconds_count\{[^}]*statement="ping"[^}]*outcome="ok"[^}]*\} 1/);
    expect(body).toMatch(
      /chat_database_query_duration_seconds_count\{[^}]*statement="wrong"[^}]*outcome="refused"[^}]*\} 1/,
    );
    expect(body).toMatch(/chat_database_failures_total\{[^}]*sqlstate="42P01"[^}]*\} 1/);
    expect(body).toMatch(/chat_database_pool_connections\{[^}]*state="idle"[^}]*\} 1/);
    expect(body).toMatch(/chat_database_pool_wait_seconds_count\{[^}]*\} 2/);
  });
});
