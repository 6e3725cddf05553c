import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger, Metrics, secretOf, silentLogger, type Logger } from '@chat-app/platform';
import { describeWithBackend } from '../../../../../test/testing/backends';
import { RedisCluster } from '../../../../../test/testing/redis-cluster';
import { collect, describeFanoutContract, inState } from '../../fanout.contract';
import { describePresenceLeasesContract } from '../../presence-leases.contract';
import { createRedisBackend, type RedisBackend } from '../fanout-redis';
import { documentedUsers } from '../testing/documented-users';
import { selfSigned, tlsArguments } from '../testing/self-signed';

jest.setTimeout(60_000);

describeWithBackend('redis', 'a Redis Cluster of three nodes', () => {
  let cluster: RedisCluster;
  beforeAll(async () => {
    cluster = await RedisCluster.start();
  });
  afterAll(() => cluster.release());
  const open = (podName: string) =>
    createRedisBackend({
      cluster: cluster.addresses.slice(0, 2),
      podName,
      logger: silentLogger,
      metrics: new Metrics('test'),
    });

  describeFanoutContract('Redis Cluster', async () => ({ one: open('one').fanout, other: open('other').fanout }));

  describePresenceLeasesContract('Redis Cluster', async () => {
    const [one, other] = [open('one'), open('other')];
    await Promise.all([one, other].map(({ fanout }) => inState(fanout, 'connected')));
    return {
      one: one.leases,
      other: other.leases,
      close: async () => void (await Promise.all([one.fanout.close(), other.fanout.close()])),
    };
  });
});

describeWithBackend('redis', 'a Redis Cluster with the users that the documentation names', () => {
  const PASSWORD = 'secret';
  const directory = mkdtempSync(join(tmpdir(), 'cluster-acl-'));
  let cluster: RedisCluster;
  beforeAll(async () => {
    const file = join(directory, 'users.acl');
    const lines = [...documentedUsers(PASSWORD), `user operator on >${PASSWORD} ~* &* +@all`];
    writeFileSync(file, `${lines.join('\n')}\n`);
    const login = { username: 'operator', password: PASSWORD };
    cluster = await RedisCluster.start({ arguments: ['--aclfile', file], login });
  });
  afterAll(async () => {
    await cluster.release();
    rmSync(directory, { recursive: true });
  });

  it('lets every service do its whole work', async () => {
    const open = async (service: string): Promise<RedisBackend> => {
      const backend = createRedisBackend({
        cluster: cluster.addresses,
        username: `chat-${service}`,
        password: secretOf(PASSWORD),
        podName: `chat-app-${service}-0`,
        logger: silentLogger,
        metrics: new Metrics('test'),
      });
      await inState(backend.fanout, 'connected');
      return backend;
    };
    const services = [await open('authentication'), await open('websocket'), await open('persistence')] as const;
    const [authentication, websocket, persistence] = services;
    const [pod, store] = [collect(websocket.fanout), collect(persistence.fanout)];
    const users = Array.from({ length: 20 }, (_, number) => `user:${number}`);
    await websocket.fanout.subscribe([...users, 'conversation:c', 'presence:u', 'sessions:ended', 'pods:websocket']);
    await persistence.fanout.subscribe(['sessions:ended']);
    for (const user of users) await persistence.fanout.publish(user, 'stored');
    await websocket.fanout.publish('pods:websocket', 'beat');
    await authentication.fanout.publish('sessions:ended', 'ended');
    await expect(pod.until(22)).resolves.toHaveLength(22);
    await expect(store.until(1)).resolves.toEqual(['sessions:ended=ended']);
    await websocket.fanout.unsubscribe(users);
    const { leases } = websocket;
    await leases.renew(30_000);
    await leases.hold(users, 30_000);
    expect((await leases.find(users)).size).toBe(20);
    const [from, to] = await cluster.masters();
    if (from === undefined || to === undefined) throw new Error('the cluster has no two masters');
    // A lease whose slot is on its way is asked for where it goes.
    const moving = (
      await Promise.all(users.map(async (user) => [user, await cluster.ownerOf(`presence:${user}`)] as const))
    )
      .filter(([, node]) => node === from)
      .map(([user]) => user);
    expect(moving.length).toBeGreaterThan(0);
    for (const user of moving) await cluster.moveSlot(`presence:${user}`, from, to);
    await expect(leases.release(users)).resolves.toEqual(users);
    expect(services.map(({ fanout }) => fanout.state)).toEqual(Array(3).fill('connected'));
    await Promise.all(services.map(({ fanout }) => fanout.close()));
  });
});

describeWithBackend('redis', 'a Redis Cluster that speaks TLS alone, between its nodes too', () => {
  const directory = mkdtempSync(join(tmpdir(), 'cluster-tls-'));
  const [right, wrong] = [selfSigned(directory, 'right'), selfSigned(directory, 'wrong')];
  let cluster: RedisCluster;
  beforeAll(async () => {
    cluster = await RedisCluster.start({ arguments: tlsArguments(right), tlsCaFile: right.certificate });
  });
  afterAll(async () => {
    await cluster.release();
    rmSync(directory, { recursive: true });
  });
  const open = (tlsCaFile: string, logger: Logger = silentLogger) =>
    createRedisBackend({
      cluster: cluster.addresses.slice(0, 1),
      tls: true,
      tlsCaFile,
      podName: 'pod',
      logger,
      metrics: new Metrics('test'),
    });
  const USERS = Array.from({ length: 30 }, (_, number) => `user:${number}`);

  it('carries the channels and leases of all nodes, also of one that is found through another', async () => {
    const { fanout, leases } = open(right.certificate);
    await inState(fanout, 'connected');
    const heard = collect(fanout);
    await fanout.subscribe(USERS);
    for (const user of USERS) await fanout.publish(user, 'hello');
    await expect(heard.until(USERS.length)).resolves.toHaveLength(USERS.length);
    await leases.hold(USERS, 30_000);
    await leases.renew(30_000);
    expect((await leases.find(USERS)).size).toBe(USERS.length);
    await fanout.close();
  });

  it('follows a slot to another node', async () => {
    const { fanout } = open(right.certificate);
    await inState(fanout, 'connected');
    const heard = collect(fanout);
    await fanout.subscribe(['user:moves']);
    const from = await cluster.ownerOf('user:moves');
    const to = (await cluster.masters()).find((node) => node !== from);
    if (to === undefined) throw new Error('the cluster has one master alone');
    const gap = new Promise<void>((resolve) => fanout.onGap(resolve));
    await cluster.moveSlot('user:moves', from, to);
    await gap;
    await inState(fanout, 'connected');
    await fanout.publish('user:moves', 'there');
    await expect(heard.until(1)).resolves.toEqual(['user:moves=there']);
    await fanout.close();
  });

  it('is not spoken to where it cannot prove who it is', async () => {
    let tell: () => void = () => undefined;
    const refused = new Promise<void>((resolve) => (tell = resolve));
    const write = (line: string): void => void (line.includes('self-signed certificate') && tell());
    const { fanout } = open(wrong.certificate, createLogger({ service: 'test', destination: { write } }));
    await refused;
    await expect(fanout.publish('user:0', 'secret')).rejects.toMatchObject({ code: 'fanout_unavailable' });
    expect(fanout.state).toBe('degraded');
    await fanout.close();
  });
});
