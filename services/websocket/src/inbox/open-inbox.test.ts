import { randomUUID } from 'node:crypto';
import { FEATURES, OPENS_TOGETHER, type OpenConnectionResponse } from '@chat-app/protocol';
import { PlatformError, silentLogger } from '@chat-app/platform';
import { Connection } from '../connections/connection';
import { Credential } from '../connections/credential';
import { Registry } from '../connections/registry';
import type { Device } from '../peers/persistence-client';
import { TestBus } from '../testing/test-bus';
import { TestPersistence } from '../testing/test-persistence';
import { Announcements } from './announcements';
import { BlockFollower } from './follow-blocks';
import { InboxOpener } from './open-inbox';

const message = {
  message_id: randomUUID(),
  conversation_id: randomUUID(),
  sender_id: randomUUID(),
  content: 'hello',
  sent_at: new Date().toISOString(),
};
const listener = { onText: () => {}, onPing: () => {}, onPong: () => {}, onClosed: () => {} };

/** Persistence that says which devices each call was about, and refuses some. */
class WatchedPersistence extends TestPersistence {
  readonly calls: string[][] = [];
  /** What a call that is about this device fails with. */
  readonly failures = new Map<string, PlatformError>();

  override async openConnection(device: Device, catchUpEntries: number): Promise<OpenConnectionResponse> {
    this.#called([device.deviceId]);
    return super.openConnection(device, catchUpEntries);
  }

  override async openConnections(asked: Parameters<TestPersistence['openConnections']>[0]) {
    this.#called(asked.map(({ device }) => device.deviceId));
    return Promise.all(asked.map(({ device, catchUpEntries }) => super.openConnection(device, catchUpEntries)));
  }

  #called(devices: string[]): void {
    this.calls.push(devices);
    const failure = devices.map((device) => this.failures.get(device)).find((one) => one !== undefined);
    if (failure !== undefined) throw failure;
  }
}

describe('opening inboxes', () => {
  let persistence: WatchedPersistence;
  let registry: Registry;
  let opener: InboxOpener;
  beforeEach(() => {
    persistence = new WatchedPersistence(new TestBus());
    persistence.features = [...FEATURES, OPENS_TOGETHER];
    registry = new Registry();
    const announcements = new Announcements(registry);
    announcements.takeFeatures(persistence.features);
    opener = new InboxOpener(persistence, announcements, new BlockFollower(registry), 500, silentLogger);
  });

  const connect = (deviceId: string, userId: string = randomUUID()): Connection => {
    const device = { userId, deviceId, named: true };
    const connection = new Connection(deviceId, device, new Credential('session', Infinity), listener);
    registry.add(connection);
    return connection;
  };
  const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `d${index}`);
  const openAll = (devices: readonly string[]) => Promise.all(devices.map((name) => opener.open(connect(name))));

  it('is one call for all that connect in one turn, each with its own answer', async () => {
    const users = names(40).map(() => randomUUID());
    persistence.put(users[7]!, message);
    persistence.block(users[3]!, users[4]!, false);
    const opened = await Promise.all(users.map((user, index) => opener.open(connect(`d${index}`, user))));
    expect(persistence.calls).toEqual([names(40)]);
    expect(opened.map((answer) => answer?.head)).toEqual(users.map((_, index) => (index === 7 ? 1 : 0)));
    expect(registry.find(users[3]!)?.isBlocked(users[4]!)).toBe(true);
    expect(registry.find(users[5]!)?.isBlocked(users[4]!)).toBe(false);
  });

  it('is one call for each while a pod of the version before runs, and together once none does', async () => {
    persistence.features = [...FEATURES];
    await openAll(['first']);
    await openAll(names(3));
    expect(persistence.calls).toEqual([['first'], ['d0'], ['d1'], ['d2']]);
    persistence.features = [...FEATURES, OPENS_TOGETHER];
    await openAll(['next']);
    await openAll(names(3));
    expect(persistence.calls.slice(4)).toEqual([['next'], names(3)]);
  });

  it('asks for each alone where a pod of the version before answers after all', async () => {
    const openConnections = jest.spyOn(persistence, 'openConnections');
    openConnections.mockRejectedValueOnce(new PlatformError('service_refused', 'no such path', { status: 404 }));
    const opened = await openAll(names(3));
    expect(opened.every((answer) => answer !== undefined)).toBe(true);
    expect(persistence.calls).toEqual([['d0'], ['d1'], ['d2']]);
  });

  it.each([
    { what: 'refuses it', failure: new PlatformError('service_refused', 'no', { status: 400 }) },
    { what: 'has a fault', failure: new PlatformError('service_unavailable', 'a fault', { status: 500 }) },
    { what: 'answers nonsense', failure: new PlatformError('service_unavailable', 'nonsense', { status: 200 }) },
  ])('fails for one alone and for no neighbour where persistence $what', async ({ failure }) => {
    persistence.failures.set('d1', failure);
    const opened = await openAll(names(4));
    expect(opened.map((answer) => answer !== undefined)).toEqual([true, false, true, true]);
  });

  it('asks no more than once in an outage, however many connect', async () => {
    persistence.failures.set('d1', new PlatformError('service_unavailable', 'no answer', {}));
    expect(await openAll(names(40))).toEqual(names(40).map(() => undefined));
    expect(persistence.calls).toHaveLength(1);
  });

  it('lets a user with many devices wait for themselves, two at once', async () => {
    const user = randomUUID();
    const all = [...names(5).map((name) => connect(name, user)), connect('of-another')];
    await Promise.all(all.map((connection) => opener.open(connection)));
    expect(persistence.calls[0]).toEqual(['d0', 'd1', 'of-another']);
    expect(persistence.calls.flat().sort()).toEqual([...names(5), 'of-another'].sort());
  });

  it('asks nothing for a connection that ended meanwhile', async () => {
    const [gone, stays] = [connect('gone'), connect('stays')];
    const opened = Promise.all([opener.open(gone), opener.open(stays)]);
    gone.end();
    expect((await opened).map((answer) => answer !== undefined)).toEqual([false, true]);
    expect(persistence.calls).toEqual([['stays']]);
  });
});
