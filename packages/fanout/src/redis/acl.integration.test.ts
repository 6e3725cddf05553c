import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { Metrics, secretOf, silentLogger } from '@chat-app/platform';
import { describeWithBackend } from '../../../../test/testing/backends';
import type { Fanout } from '../fanout';
import { collect, inState } from '../fanout.contract';
import { createRedisFanout } from './fanout-redis';
import { documentedUsers } from './testing/documented-users';

const PASSWORD = 'secret';
type Service = 'authentication' | 'websocket' | 'persistence';

/** What each service publishes and subscribes to. */
const PUBLISHES: Record<Service, string[]> = {
  authentication: ['sessions:ended'],
  websocket: ['user:u', 'conversation:c', 'presence:u', 'pods:websocket'],
  persistence: ['user:u', 'conversation:c'],
};
const SUBSCRIBES: Record<Service, string[]> = {
  authentication: [],
  websocket: ['user:u', 'conversation:c', 'presence:u', 'sessions:ended', 'pods:websocket'],
  persistence: ['sessions:ended'],
};
const SERVICES = Object.keys(PUBLISHES) as Service[];
const CHANNELS = ['user:u', 'conversation:c', 'presence:u', 'sessions:ended', 'pods:websocket', 'anything'];
/** What leases of presence need. */
const LEASES = [
  ['TIME'],
  ['HSET', 'presence:u', 'pod', '1'],
  ['PEXPIRE', 'presence:u', '1000'],
  ['HGETALL', 'presence:u'],
  ['HDEL', 'presence:u', 'pod'],
] as const;

describeWithBackend('redis', 'the users of Redis that the documentation names', () => {
  const directory = mkdtempSync(join(tmpdir(), 'redis-acl-'));
  let server: ChildProcess;
  let port: number;
  beforeAll(async () => {
    const probe = createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    port = (probe.address() as AddressInfo).port;
    probe.close();
    const file = join(directory, 'users.acl');
    writeFileSync(file, `${documentedUsers(PASSWORD).join('\n')}\n`);
    const options = ['--port', String(port), '--save', '', '--bind', '127.0.0.1', '--aclfile', file];
    server = spawn('redis-server', options);
    let output = '';
    for await (const chunk of server.stdout ?? []) {
      output += String(chunk);
      if (output.includes('Ready to accept connections')) return;
    }
    throw new Error(output);
  }, 30_000);
  afterAll(async () => {
    const exited = once(server, 'exit');
    server.kill('SIGKILL');
    await exited;
    rmSync(directory, { recursive: true });
  });

  const open: Fanout[] = [];
  const connections: Redis[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((fanout) => fanout.close()));
    for (const connection of connections.splice(0)) connection.disconnect();
  });
  const fanoutOf = async (service: Service): Promise<Fanout> => {
    const fanout = createRedisFanout({
      url: `redis://127.0.0.1:${port}`,
      username: `chat-${service}`,
      password: secretOf(PASSWORD),
      podName: `chat-app-${service}-0`,
      logger: silentLogger,
      metrics: new Metrics('test'),
    });
    open.push(fanout);
    await inState(fanout, 'connected');
    return fanout;
  };
  const raw = (service: Service): Redis => {
    const connection = new Redis(port, '127.0.0.1', {
      username: `chat-${service}`,
      password: PASSWORD,
      enableReadyCheck: false,
      protocol: 2,
    });
    connection.on('error', () => undefined);
    connections.push(connection);
    return connection;
  };
  const refusalOf = (answer: Promise<unknown>): Promise<string> =>
    answer.then(
      () => 'taken',
      (error: Error) => error.message.split(' ', 1)[0] ?? '',
    );

  it('let every service do its whole work', async () => {
    const [authentication, websocket, persistence] = [
      await fanoutOf('authentication'),
      await fanoutOf('websocket'),
      await fanoutOf('persistence'),
    ];
    const [pod, store] = [collect(websocket), collect(persistence)];
    await websocket.subscribe(SUBSCRIBES.websocket);
    await persistence.subscribe(SUBSCRIBES.persistence);
    await persistence.publish('user:u', 'stored');
    await persistence.publish('conversation:c', 'stored');
    await websocket.publish('user:u', 'live');
    await websocket.publish('pods:websocket', 'beat');
    await authentication.publish('sessions:ended', 'ended');
    await expect(pod.until(5)).resolves.toHaveLength(5);
    await expect(store.until(1)).resolves.toEqual(['sessions:ended=ended']);
    await websocket.unsubscribe(['user:u']);
    expect([authentication, websocket, persistence].map(({ state }) => state)).toEqual(Array(3).fill('connected'));
  });

  /** On one Redis, and on a cluster. */
  const KINDS = SERVICES.flatMap((service) => [[service, ''] as const, [service, 's'] as const]);

  it.each(KINDS)('let %s %spublish on its own channels and on no other: NOPERM', async (service, kind) => {
    const connection = raw(service);
    const answers: Record<string, string> = {};
    for (const channel of CHANNELS) answers[channel] = await refusalOf(connection[`${kind}publish`](channel, 'x'));
    const expected = CHANNELS.map((channel) => [channel, PUBLISHES[service].includes(channel) ? 'taken' : 'NOPERM']);
    expect(answers).toEqual(Object.fromEntries(expected));
  });

  it.each(KINDS)('let %s %ssubscribe to its own channels and to no other: NOPERM', async (service, kind) => {
    const answers: Record<string, string> = {};
    for (const channel of CHANNELS) answers[channel] = await refusalOf(raw(service)[`${kind}subscribe`](channel));
    const expected = CHANNELS.map((channel) => [channel, SUBSCRIBES[service].includes(channel) ? 'taken' : 'NOPERM']);
    expect(answers).toEqual(Object.fromEntries(expected));
    expect(await refusalOf(raw(service).psubscribe('*'))).toBe('NOPERM');
  });

  it('let websocket alone hold leases of presence, and touch no other key', async () => {
    for (const service of SERVICES) {
      const expected = service === 'websocket' ? 'taken' : 'NOPERM';
      for (const [command, ...parameters] of LEASES) {
        expect([service, command, await refusalOf(raw(service).call(command, ...parameters))]).toEqual([
          service,
          command,
          expected,
        ]);
      }
    }
    for (const [command, ...parameters] of LEASES.slice(1)) {
      const elsewhere = parameters.map((parameter) => parameter.replace('presence:', 'other:'));
      expect(await refusalOf(raw('websocket').call(command, ...elsewhere))).toBe('NOPERM');
    }
  });

  it.each(SERVICES)('let %s run nothing else, and nobody in without a password', async (service) => {
    const connection = raw(service);
    const commands = [
      ['CONFIG', 'GET', '*'],
      ['ACL', 'LIST'],
      ['KEYS', '*'],
      ['SET', 'a', 'b'],
      ['EVAL', 'return 1', '0'],
    ];
    for (const [command = '', ...parameters] of [...commands, ['CLIENT', 'LIST'], ['MONITOR'], ['FLUSHALL']]) {
      expect([command, await refusalOf(connection.call(command, ...parameters))]).toEqual([command, 'NOPERM']);
    }
    const anonymous = new Redis(port, '127.0.0.1', { enableReadyCheck: false, protocol: 2 });
    anonymous.on('error', () => undefined);
    connections.push(anonymous);
    expect(await refusalOf(anonymous.publish('user:u', 'x'))).toMatch(/^(NOAUTH|NOPERM|WRONGPASS)$/);
  });
});
