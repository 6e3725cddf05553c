import { EmbeddedLeaseBoard, EmbeddedPresenceLeases } from '@chat-app/embedded/fanout';
import { Metrics, silentLogger } from '@chat-app/platform';
import { presenceChannel, readEnvelope } from '@chat-app/protocol';
import { systemClock } from '../clock';
import type { Registry } from '../connections/registry';
import { declareMetrics } from '../metrics';
import { TestBus } from '../testing/test-bus';
import { TestPersistence } from '../testing/test-persistence';
import { ALICE, BOB } from '../testing/test-pod';
import { TimerWheel } from '../timer-wheel';
import { LeaseHolder } from './hold-leases';
import { LastSeen } from './keep-last-seen';

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
  let persistence: TestPersistence;
  let wheel: TimerWheel;
  let holder: LeaseHolder;
  let connected: Set<string>;
  let told: string[];

  beforeEach(() => {
    jest.useFakeTimers();
    bus = new TestBus();
    board = new EmbeddedLeaseBoard();
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
    const declared = declareMetrics(metrics, { size: 0 });
    persistence = new TestPersistence(bus);
    const lastSeen = new LastSeen(persistence, declared, systemClock, silentLogger);
    holder = new LeaseHolder({
      ...{
        leases,
        fanout: bus.join(),
        registry,
        wheel,
        lastSeen,
        clock: systemClock,
        logger: silentLogger,
        leaseMs: LEASE_MS,
      },
      metrics: declared,
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
  const held = async (user: string): Promise<number | undefined> => (await other.find([user])).get(user)?.leftMs;

  it('are taken for those who come, together, and those who watch them are told', async () => {
    const hold = jest.spyOn(leases, 'hold');
    come(ALICE);
    come(BOB);
    come(ALICE);
    await jest.advanceTimersByTimeAsync(COLLECTED_MS);
    expect(hold.mock.calls.map(([users]) => users).filter((users) => users.length > 0)).toEqual([[ALICE, BOB]]);
    expect(told).toEqual([ALICE, BOB]);
  });

  it.each([0, 0.999_999])('outlive two renewals that fail, at random %d', async (random) => {
    jest.spyOn(Math, 'random').mockReturnValue(random);
    const renew = jest.spyOn(leases, 'renew');
    come(ALICE);
    await jest.advanceTimersByTimeAsync(COLLECTED_MS);
    const renewed = (): number => renew.mock.calls.length;
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

  it('cost one renewal a pod: whom it holds is said again every few minutes, and where it is not known any more', async () => {
    come(ALICE);
    come(BOB);
    await jest.advanceTimersByTimeAsync(COLLECTED_MS);
    const [renew, hold] = [jest.spyOn(leases, 'renew'), jest.spyOn(leases, 'hold')];
    await jest.advanceTimersByTimeAsync(300_000);
    expect(renew.mock.calls.length).toBeGreaterThanOrEqual(30);
    expect(hold).not.toHaveBeenCalled();
    await jest.advanceTimersByTimeAsync(200_000);
    expect(hold.mock.calls.map(([users]) => users)).toEqual([[ALICE, BOB]]);
    // Forgotten without a word of it.
    board.clear();
    await jest.advanceTimersByTimeAsync(LEASE_MS / 2);
    expect(hold).toHaveBeenCalledTimes(2);
    expect(await held(BOB)).toBeGreaterThan(0);
  });

  it('are let go of later where that fails, and held where that failed', async () => {
    come(ALICE);
    await jest.advanceTimersByTimeAsync(COLLECTED_MS);
    leases.available = false;
    go(ALICE);
    come(BOB);
    await jest.advanceTimersByTimeAsync(AWAY_MS);
    leases.available = true;
    expect([(await held(ALICE)) !== undefined, await held(BOB)]).toEqual([true, undefined]);
    await jest.advanceTimersByTimeAsync(LEASE_MS / 2);
    expect([await held(ALICE), (await held(BOB)) !== undefined]).toEqual([undefined, true]);
    expect(told).toEqual([ALICE, ALICE]);
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
    expect([...persistence.lastSeen.keys()]).toEqual([ALICE]);
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
    await other.renew(LEASE_MS);
    await other.hold([ALICE], LEASE_MS);
    await jest.advanceTimersByTimeAsync(COLLECTED_MS);
    go(ALICE);
    await jest.advanceTimersByTimeAsync(AWAY_MS);
    expect(told).toEqual([ALICE]);
    expect(await held(ALICE)).toBeGreaterThan(0);
    // They are still here.
    expect(persistence.lastSeen.size).toBe(0);
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
    expect([...persistence.lastSeen.keys()]).toEqual([ALICE]);
    come(BOB);
    await jest.advanceTimersByTimeAsync(LEASE_MS);
    expect(await held(BOB)).toBeUndefined();
    expect(jest.getTimerCount()).toBe(0);
  });

  it('end with the pod after the renewal that is under way', async () => {
    let finish = (): void => undefined;
    come(ALICE);
    await jest.advanceTimersByTimeAsync(COLLECTED_MS);
    const real = leases.renew.bind(leases);
    jest.spyOn(leases, 'renew').mockImplementationOnce(async (...call) => {
      await new Promise<void>((resolve) => (finish = resolve));
      return real(...call);
    });
    await jest.advanceTimersByTimeAsync(LEASE_MS / 3);
    const stopped = holder.stop();
    finish();
    await stopped;
    expect(await held(ALICE)).toBeUndefined();
  });
});
