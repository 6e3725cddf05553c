import type { Logger } from '@chat-app/platform';
import type { InboxPage } from '@chat-app/protocol';
import type { Connection } from '../connections/connection';
import type { WebsocketMetrics } from '../metrics';
import type { PersistenceClient } from '../peers/persistence-client';
import type { Announcements } from './announcements';
import { InboxReader } from './read-inbox';

describe('reading an inbox', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('keeps no page for a client that takes nothing of it, which has the rest read again', async () => {
    const entries = [1, 2].map((seq) => ({ seq, kind: 'message', event_id: `event ${seq}`, body: 'x'.repeat(70_000) }));
    const page: InboxPage = { head: 2, entries, epoch: 'e' };
    const persistence: Partial<PersistenceClient> = { readInbox: () => Promise.resolve(page) };
    const announcements = { takeEpoch: () => undefined };
    const reader = new InboxReader(
      persistence as PersistenceClient,
      announcements as unknown as Announcements,
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
});
