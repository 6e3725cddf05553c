import { EmbeddedPresenceLeases, type EmbeddedLeaseBoard } from '@chat-app/embedded/fanout';
import { Metrics, silentLogger } from '@chat-app/platform';
import { presenceChannel, readEnvelope } from '@chat-app/protocol';
import type { Registry } from '../connections/registry';
import { declareMetrics } from '../metrics';
import { TestBus } from '../testing/test-bus';
import { ALICE, BOB } from '../testing/test-pod';
import { TimerWheel } from '../timer-wheel';
import { LeaseHolder } from './hold-leases';

const LEASE_MS = 30_000;
/** Longer than comings and goings are collected, shorter than somebody must be away. */
const COLLECTED_MS = 200;
/** Longer than somebody must be away, and than that is collected. */
const AWAY_MS = 2_000;

describe('the leases of a pod', () => {
  let bus: TestBus;
  let board: EmbeddedLeaseBoard;
  let leases: EmbeddedPresenceLeases;
  let other: EmbeddedPresenceLeases;
  let metrics: Metrics;
  let wheel: TimerWheel;
  let holder: LeaseHolder;
  let connected: Set<string>;
  let told: string[];

  beforeEach(() => {
    jest.useFakeTimers();
    bus = new TestBus();
    board = new Map();
    [leases, other] = [new EmbeddedPresenceLeases(board), new EmbeddedPresenceLeases(board)];
    metrics = new Metrics('websocket');
    wheel = new TimerWheel(25);
    connected = new Set();
    told = [];
    const listener = bus.join();
    listener.channels.add(presenceChannel(ALICE)).add(presenceChannel(BOB));
    listener.onMessage((_channel, payload) => {
      const read = readEnvelope(payload);
      if (read.ok && read.envelope.kind === 'presence') told.push(read.envelope.user_id);
    });
    const registry = { find: (user: string) => (connected.has(user) ? {} : undefined) } as unknown as Registry;
    holder = new LeaseHolder({
      ...{ leases, fanout: bus.join(), registry, wheel, logger: silentLogger, leaseMs: LEASE_MS },
      metrics: declareMetrics(metrics, { size: 0 }),
    });
    holder.start();
  });
  afterEach(async () => {
    await holder.stop();
    wheel.close();
    jest.useRealTimers();
    jest.restoreAllMocks();
  });

  const come = (user: string): void => {
    connected.add(user);
    holder.came(user);
  };
  const go = (user: string): void => {
    connected.delete(user);
    holder.went(user);
  };
  const held = async (user: string): Promise<number | undefined> => (await other.find([user])).get(user);

  it('are taken for those who come, together, and those who watch them are told', async () => {
    const hold = jest.spyOn(leases, 'hold');
    come(ALICE);
    come(BOB);
    come(ALICE);
    await jest.advanceTimersByTimeAsync(COLLECTED_MS);
    expect(hold.mock.calls).toEqual([[[ALICE, BOB], LEASE_MS]]);
    expect(told).toEqual([ALICE, BOB]);
  });

  it.each([0, 0.999_999])('outlive two renewals that fail, at random %d', async (random) => {
    jest.spyOn(Math, 'random').mockReturnValue(random);
    const hold = jest.spyOn(leases, 'hold');
    come(ALICE);
    await jest.advanceTimersByTimeAsync(COLLECTED_MS);
    const renewed = (): number => hold.mock.calls.length;
    const before = renewed();
    while (renewed() === before) await jest.advanceTimersByTimeAsync(100);
    leases.available = false;
    while (renewed() < before + 3) await jest.advanceTimersByTimeAsync(100);
    leases.available = true;
    while (renewed() < before + 4) {
      expect(await held(ALICE)).toBeGreaterThan(0);
      await jest.advanceTimersByTimeAsync(100);
    }
    expect(await held(ALICE)).toBeGreaterThan(LEASE_MS - 200);
    expect((await metrics.expose()).body).toMatch(/^chat_websocket_presence_failures_total\S* 2$/m);
  });

  it('are let go of once somebody was away for a moment, and those who watch are told', async () => {
    come(ALICE);
    await jest.advanceTimersByTimeAsync(COLLECTED_MS);
    go(ALICE);
    await jest.advanceTimersByTimeAsync(COLLECTED_MS);
    expect(await held(ALICE)).toBeGreaterThan(0);
    expect(told).toEqual([ALICE]);
    await jest.advanceTimersByTimeAsync(AWAY_MS);
    expect(await held(ALICE)).toBeUndefined();
    expect(told).toEqual([ALICE, ALICE]);
  });

  it('stay with whoever comes back at once, and with whoever has another connection here', async () => {
    come(ALICE);
    come(BOB);
    await jest.advanceTimersByTimeAsync(COLLECTED_MS);
    go(ALICE);
    come(ALICE);
    holder.went(BOB);
    await jest.advanceTimersByTimeAsync(AWAY_MS);
    expect(await held(ALICE)).toBeGreaterThan(0);
    expect(await held(BOB)).toBeGreaterThan(0);
    expect(told).toEqual([ALICE, BOB]);
  });

  it('are let go of without a word where another pod holds the user', async () => {
    come(ALICE);
    await other.hold([ALICE], LEASE_MS);
    await jest.advanceTimersByTimeAsync(COLLECTED_MS);
    go(ALICE);
    await jest.advanceTimersByTimeAsync(AWAY_MS);
    expect(told).toEqual([ALICE]);
    expect(await held(ALICE)).toBeGreaterThan(0);
  });

  it('are held again at once when the fan-out is back, which may have forgotten them', async () => {
    come(ALICE);
    await jest.advanceTimersByTimeAsync(COLLECTED_MS);
    bus.set('degraded');
    board.clear();
    bus.set('connected');
    await jest.advanceTimersByTimeAsync(0);
    expect(await held(ALICE)).toBeGreaterThan(0);
  });

  it('end with the pod, and no timer is left', async () => {
    come(ALICE);
    await jest.advanceTimersByTimeAsync(COLLECTED_MS);
    await holder.stop();
    expect(await held(ALICE)).toBeUndefined();
    expect(told).toEqual([ALICE, ALICE]);
    come(BOB);
    await jest.advanceTimersByTimeAsync(LEASE_MS);
    expect(await held(BOB)).toBeUndefined();
    expect(jest.getTimerCount()).toBe(0);
  });

  it('end with the pod after the renewal that is under way', async () => {
    let finish = (): void => undefined;
    come(ALICE);
    await jest.advanceTimersByTimeAsync(COLLECTED_MS);
    const real = leases.hold.bind(leases);
    jest.spyOn(leases, 'hold').mockImplementationOnce(async (...call) => {
      await new Promise<void>((resolve) => (finish = resolve));
      await real(...call);
    });
    await jest.advanceTimersByTimeAsync(LEASE_MS / 3);
    const stopped = holder.stop();
    finish();
    await stopped;
    expect(await held(ALICE)).toBeUndefined();
  });
});
