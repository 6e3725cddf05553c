import { PlatformError, silentLogger, type Logger } from '@chat-app/platform';
import type { InboxPage } from '@chat-app/protocol';
import type { Connection } from '../connections/connection';
import { EventLoopTurns } from '../connections/take-turns';
import type { WebsocketMetrics } from '../metrics';
import type { PersistenceClient, Reading } from '../peers/persistence-client';
import type { Announcements } from './announcements';
import { InboxReader } from './read-inbox';

describe('reading an inbox', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('keeps no page for a client that takes nothing of it, which has the rest read again', async () => {
    const entries = [1, 2].map((seq) => ({ seq, kind: 'message', event_id: `event ${seq}`, body: 'x'.repeat(70_000) }));
    const page: InboxPage = { head: 2, entries, epoch: 'e' };
    const persistence: Partial<PersistenceClient> = { readInbox: () => Promise.resolve(page) };
    const announcements = { takeEpoch: () => undefined, has: () => true };
    const reader = new InboxReader(
      persistence as PersistenceClient,
      announcements as unknown as Announcements,
      new EventLoopTurns(),
      {} as WebsocketMetrics,
      {} as Logger,
    );
    const connection = { userId: 'bob', state: 'open', alive: true, buffered: 0, onceDrained: () => undefined };
    const told: unknown[] = [];
    const read = reader.read(connection as unknown as Connection, 0, (event) => {
      connection.buffered = 100_000;
      told.push(event);
    });
    await jest.advanceTimersByTimeAsync(60_000);
    await read;
    expect(told).toEqual([
      { kind: 'page', entries: entries.slice(0, 1), head: 2, last: false },
      { kind: 'read_failed' },
    ]);
  });

  it('reads the inboxes of all who ask at once in one call, and of nobody who left', async () => {
    const { read, readInbox, readInboxes } = scene({ together: true });
    const told = ['ann', 'bob', 'eve'].map((user) => read(user, { alive: user !== 'bob' }));
    await jest.advanceTimersByTimeAsync(10);
    expect(readInboxes.mock.calls).toEqual([[['ann', 'eve'].map((userId) => ({ userId, after: 3 }))]]);
    expect(readInbox).not.toHaveBeenCalled();
    expect(told).toEqual([[pageOf('ann')], [], [pageOf('eve')]]);
  });

  it('reads each inbox by a call of its own while a pod of persistence knows no other way', async () => {
    const { read, readInbox, readInboxes } = scene({ together: false });
    const told = ['ann', 'eve'].map((user) => read(user));
    await jest.advanceTimersByTimeAsync(10);
    expect(readInbox).toHaveBeenCalledTimes(2);
    expect(readInboxes).not.toHaveBeenCalled();
    expect(told).toEqual([[pageOf('ann')], [pageOf('eve')]]);
  });

  it('takes the numbering of a page as it comes, though the page waits for its turn', async () => {
    const { read, takeEpoch } = scene({ together: true, turns: new EventLoopTurns(1) });
    const told = ['ann', 'eve'].map((user) => read(user));
    await jest.advanceTimersByTimeAsync(0);
    expect(told.map(({ length }) => length)).toEqual([1, 0]);
    expect(takeEpoch).toHaveBeenCalledTimes(2);
    await jest.advanceTimersByTimeAsync(10);
    expect(told).toEqual([[pageOf('ann')], [pageOf('eve')]]);
    expect(takeEpoch).toHaveBeenCalledTimes(2);
  });

  it('reads each alone where the call of several fails and it may be for one of them', async () => {
    const { read, readInboxes } = scene({ together: true });
    readInboxes.mockRejectedValueOnce(new PlatformError('service_unavailable', 'no', { status: 500 }));
    const told = ['ann', 'eve'].map((user) => read(user));
    await jest.advanceTimersByTimeAsync(10);
    expect(told).toEqual([[pageOf('ann')], [pageOf('eve')]]);
  });
});

/** The last page of a user's inbox, as a connection is told it. */
function pageOf(user: string) {
  return { kind: 'page', entries: [{ seq: 4, kind: 'message', event_id: user, body: user }], head: 4, last: true };
}

/** A reader before a persistence that answers each user with an entry that names them. */
function scene({ together, turns = new EventLoopTurns() }: { together: boolean; turns?: EventLoopTurns }) {
  const page = (user: string): InboxPage => ({ head: 4, entries: pageOf(user).entries, epoch: 'e' });
  const readInbox = jest.fn(async (user: string) => page(user));
  const readInboxes = jest.fn(async (readings: readonly Reading[]) => readings.map(({ userId }) => page(userId)));
  const persistence: Partial<PersistenceClient> = { readInbox, readInboxes };
  const takeEpoch = jest.fn();
  const reader = new InboxReader(
    persistence as PersistenceClient,
    { takeEpoch, has: () => together } as unknown as Announcements,
    turns,
    { catchUpFailures: { inc: () => undefined } } as unknown as WebsocketMetrics,
    silentLogger,
  );
  const read = (userId: string, { alive = true } = {}): unknown[] => {
    const told: unknown[] = [];
    const connection = { userId, state: 'open', alive, buffered: 0 } as unknown as Connection;
    void reader.read(connection, 3, (event) => told.push(event));
    return told;
  };
  return { read, readInbox, readInboxes, takeEpoch };
}
