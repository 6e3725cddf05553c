import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { Metrics, secretOf, silentLogger } from '@chat-app/platform';
import { createPostgresDatabase } from '@chat-app/database/postgres';
import { backendAddress, describeWithBackend } from '../../../../test/testing/backends';
import { MIGRATIONS, SCHEMA } from './index';

const ROOT = join(__dirname, '../../../..');

describeWithBackend('postgres', 'what role persistence puts into its schema', () => {
  const name = `search_path_${randomBytes(6).toString('hex')}`;
  const role = `${name}_role`;
  const urlOf = (database: string, login?: string): string => {
    const url = new URL(backendAddress('postgres'));
    url.pathname = `/${database}`;
    if (login !== undefined) [url.username, url.password] = [login, 'secret'];
    return url.href;
  };
  /** Runs statements in one session, as the superuser or as the role. @returns the first row of the last */
  async function run(as: 'superuser' | 'role', ...statements: string[]): Promise<Record<string, unknown>> {
    const client = new Client({ connectionString: urlOf(name, as === 'role' ? role : undefined) });
    await client.connect();
    try {
      let row: Record<string, unknown> = {};
      for (const statement of statements) {
        row = ((await client.query(statement)).rows[0] as Record<string, unknown> | undefined) ?? {};
      }
      return row;
    } finally {
      await client.end();
    }
  }
  const onServer = async (...statements: string[]): Promise<void> => {
    const client = new Client({ connectionString: urlOf('postgres') });
    await client.connect();
    for (const statement of statements) await client.query(statement);
    await client.end();
  };

  beforeAll(async () => {
    await onServer(
      `create role ${role} login password 'secret'`,
      `create database ${name}`,
      // As it was set up before: the path of everybody begins with the schema.
      `alter database ${name} owner to ${role}`,
      `alter database ${name} set search_path = chat, public`,
    );
    await run('superuser', `create schema chat authorization ${role}`);
    const database = createPostgresDatabase({
      url: secretOf(urlOf(name, role)),
      poolSize: 2,
      applicationName: 'search-path-test',
      logger: silentLogger,
      metrics: new Metrics('persistence'),
    });
    await database.migrate(SCHEMA, MIGRATIONS);
    await database.close();
  }, 60_000);
  afterAll(() => onServer(`drop database if exists ${name} with (force)`, `drop role if exists ${role}`));

  it('is not run by the usual queries of a superuser', async () => {
    await run(
      'role',
      'create table chat.caught (who text, super boolean)',
      `create function chat.lower(character varying) returns text language plpgsql as $$
        begin
          insert into chat.caught select current_user, usesuper from pg_catalog.pg_user where usename = current_user;
          return pg_catalog.lower($1::text);
        end $$`,
      'grant all on chat.caught to public',
      'grant usage on schema chat to public',
    );
    const usual = `select lower('ABC'::varchar) as text from chat.conversations right join (select 1) one on true`;
    expect(await run('superuser', usual)).toEqual({ text: 'abc' });
    expect(await run('superuser', 'select count(*)::integer as n from chat.caught')).toEqual({ n: 0 });
    // The trap works: whoever logs in as the role, and has the path, is caught.
    await run('role', usual);
    expect(await run('superuser', 'select count(*)::integer as n from chat.caught')).toEqual({ n: 1 });
  });

  it('is found without its name by that role alone: select * from messages works in its psql', async () => {
    expect(await run('role', 'select count(*)::integer as n from messages')).toEqual({ n: 0 });
    await expect(run('superuser', 'select count(*) from messages')).rejects.toMatchObject({ code: '42P01' });
  });

  it('is a function only where that names its own search path: one that begins with what PostgreSQL brings', async () => {
    const text = `select coalesce(string_agg(proname, ', '), '') as without from pg_proc
      where pronamespace = 'chat'::regnamespace and proname <> 'lower'
        and not exists (select from unnest(proconfig) s where s like 'search_path=pg_catalog, %')`;
    expect(await run('superuser', text)).toEqual({ without: '' });
  });
});

describe('what sets up a database', () => {
  it.each(['scripts/backends/initialise.sql', 'k8s/cloudnative-pg/base/cluster.yaml'])(
    'sets the search path of roles, never of everybody: %s',
    (file) => {
      const text = readFileSync(join(ROOT, file), 'utf8').toLowerCase();
      expect(text).toMatch(/alter role persistence in database chatapp set search_path/);
      expect(text).not.toMatch(/alter (database|system)[^\n]*set search_path/);
    },
  );
});
