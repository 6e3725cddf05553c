import type { Transmitter } from '../delivery/transmit-frame';
import { ALICE, TestWorld } from '../testing/test-pod';
import { Connection } from './connection';
import { Credential } from './credential';
import { HeartbeatWatch } from './watch-heartbeats';

describe('heartbeats', () => {
  let world: TestWorld;
  beforeEach(() => {
    world = new TestWorld();
  });
  afterEach(() => world.close());

  it('keeps a connection that answers pings', async () => {
    const pod = await world.pod({ PING_INTERVAL_MS: 100 });
    const alice = await world.connect(pod, ALICE);
    for (let n = 0; n < 3; n += 1) await new Promise((resolve) => alice.socket.once('ping', resolve));
    alice.say({ type: 'send', recipient_id: ALICE, content: 'x' });
    await alice.next('accepted');
  });

  it('closes a connection that left two pings unanswered', async () => {
    const pod = await world.pod({ PING_INTERVAL_MS: 100 });
    const alice = await world.connect(pod, ALICE);
    (alice.socket as unknown as { _autoPong: boolean })._autoPong = false;
    expect(await alice.closed).toEqual({ code: 4002, reason: 'ping_timeout' });
  });

  it('sends a ping that browsers see where nothing else was sent for an interval', async () => {
    const pod = await world.pod({ PING_INTERVAL_MS: 100 });
    const alice = await world.connect(pod, ALICE);
    expect(await alice.next('ping')).toEqual({ type: 'ping' });
  });

  it('sends none to a connection that is sent something within each interval', () => {
    const sent: string[] = [];
    const transmitter = { write: (_: Connection, __: Uint8Array, type: string) => sent.push(type) };
    const watch = new HeartbeatWatch(15_000, transmitter as unknown as Transmitter, () => 0.5);
    const listener = { onText: jest.fn(), onPing: jest.fn(), onPong: jest.fn(), onClosed: jest.fn() };
    const connection = new Connection(
      'c',
      { userId: ALICE, deviceId: 'd', named: true },
      new Credential('s', Infinity),
      listener,
    );
    watch.begin(connection, 0);
    for (let now = 0; now <= 60_000; now += 1_000) {
      if (now % 14_000 === 0) connection.write(new Uint8Array());
      connection.heartbeat.received();
      watch.watch(connection, now);
    }
    expect(sent).toEqual([]);
    for (let now = 61_000; now <= 90_000; now += 1_000) {
      connection.heartbeat.received();
      watch.watch(connection, now);
    }
    expect(sent.length).toBeGreaterThan(0);
  });
});
