/**
 * The durable peer: one node of ejabberd whose message archive (mod_mam) is in a PostgreSQL of its own. Needs root and the
 * Debian packages ejabberd, erlang-p1-pgsql and postgresql; runs as the user ejabberd from a directory of its own.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectEjabberd } from './peer-clients';
import { startProcess, type PeerOptions, type PeerProcess } from './peer-process';
import type { System } from './system';

const POSTGRES = '/usr/lib/postgresql';
const SCHEMA = '/usr/share/ejabberd/sql/pg.sql';

export async function startEjabberd({ directory, basePort }: PeerOptions): Promise<System> {
  if (!existsSync('/usr/sbin/ejabberdctl') || !existsSync(SCHEMA)) throw new Error('ejabberd is not installed');
  if (process.getuid?.() !== 0) throw new Error('it is started as a user of its own, which needs root');
  const port = basePort + 3;
  const place = join(directory, 'ejabberd');
  const spool = join(place, 'spool');
  rmSync(place, { recursive: true, force: true });
  mkdirSync(spool, { recursive: true });
  chmodSync(place, 0o755);
  execFileSync('chown', ['postgres', place]);
  execFileSync('chown', ['ejabberd', spool]);
  const stopPostgres = startPostgres(place, port + 1);
  const log = join(directory, 'ejabberd.log');
  let server: PeerProcess | undefined;
  const stop = async (): Promise<void> => {
    await server?.stop();
    stopPostgres();
  };
  try {
    const configuration = join(place, 'ejabberd.yml');
    writeFileSync(configuration, settings(port, port + 1));
    const control = ['ejabberdctl', '--config', configuration, '--spool', spool, '--logs', spool];
    const command = [...control, '--node', 'bench@localhost', 'foreground'].join(' ');
    const args = ['-c', `exec su ejabberd -s /bin/bash -c "HOME=${spool} ${command}"`];
    server = await startProcess('bash', args, { port, log });
  } catch (error) {
    await stop();
    throw error;
  }
  const postgres = Number(readFileSync(join(place, 'data', 'postmaster.pid'), 'utf8').split('\n')[0]);
  const pids = [
    Number(execFileSync('pgrep', ['-f', 'beam.smp.*bench@localhost'], { encoding: 'utf8' }).split('\n')[0]),
  ];
  return {
    name: 'ejabberd',
    urls: [`ws://127.0.0.1:${port}`],
    own: () => [{ name: 'server', pids }],
    behind: () => [{ name: 'postgres', pids: [postgres], tree: true }],
    connect: (url, user) => connectEjabberd(url, String(user)),
    async stop() {
      for (const pid of pids) process.kill(pid, 'SIGTERM');
      await stop();
    },
  };
}

function startPostgres(place: string, port: number): () => void {
  const bin = join(POSTGRES, readdirSync(POSTGRES).sort().at(-1) ?? '', 'bin');
  const asPostgres = (command: string): void => void execFileSync('su', ['postgres', '-c', command], { stdio: 'pipe' });
  const at = `-h 127.0.0.1 -p ${port}`;
  asPostgres(`${bin}/initdb -D ${place}/data -A trust`);
  const options = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=${place}`;
  asPostgres(`${bin}/pg_ctl -D ${place}/data -o '${options}' -l ${place}/postgres.log -w start`);
  asPostgres(`createdb ${at} ejabberd && psql -q ${at} ejabberd -f ${SCHEMA}`);
  return () => asPostgres(`${bin}/pg_ctl -D ${place}/data -m fast -w stop`);
}

function settings(port: number, databasePort: number): string {
  return JSON.stringify({
    hosts: ['localhost'],
    loglevel: 'warning',
    auth_method: 'anonymous',
    anonymous_protocol: 'login_anon',
    allow_multiple_connections: true,
    default_db: 'sql',
    sql_type: 'pgsql',
    sql_server: '127.0.0.1',
    sql_port: databasePort,
    sql_database: 'ejabberd',
    sql_username: 'postgres',
    sql_password: 'x',
    sql_pool_size: 10,
    listen: [
      {
        port,
        ip: '127.0.0.1',
        backlog: 1024,
        module: 'ejabberd_http',
        request_handlers: { '/ws': 'ejabberd_http_ws' },
      },
    ],
    access_rules: { local: { allow: 'all' }, c2s: { allow: 'all' } },
    modules: {
      mod_mam: { default: 'always', assume_mam_usage: true, db_type: 'sql' },
      mod_stream_mgmt: {},
      mod_offline: { db_type: 'sql', use_mam_for_storage: true },
      mod_ping: {},
    },
  });
}
