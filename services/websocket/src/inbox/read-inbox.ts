import { LIMITS, READS_TOGETHER, type EncodedEntry, type InboxPage } from '@chat-app/protocol';
import type { Logger } from '@chat-app/platform';
import { TIMED_OUT, withTimeout } from '@chat-app/timing';
import type { WebsocketMetrics } from '../metrics';
import { isOutage } from '../peers/is-outage';
import type { PersistenceClient } from '../peers/persistence-client';
import type { Connection } from '../connections/connection';
import type { EventLoopTurns } from '../connections/take-turns';
import type { Announcements } from './announcements';
import { QuestionGatherer } from './gather-questions';
import type { PositionEvent } from './position-events';
import { TurnsOfUsers } from './turns-of-users';

/** Calls in flight per pod, of several inboxes each; and of one each, where persistence takes no more: a storm of connects must not take persistence from everyone else. */
const MAX_CALLS = 4;
const MAX_SINGLE_CALLS = 8;
/**
 * Of them for one user: whoever comes as a new device thirty times at once would otherwise have thirty times the newest entries
 * read, between what others wait for. Devices that left meanwhile are not read for at all.
 */
const MAX_READS_OF_USER = 1;
/** Whose turn does not come in that time tries again: among the reads of a user, and then among those of all. */
const TURN_OF_USER_MS = 5_000;
const TURN_OF_ALL_MS = 30_000;
/** Entries are handed over in parts of about so many bytes, each when the socket took the one before. */
const PART_BYTES = 64 * 1024;
/** So long a page waits for the socket to take a part of it. */
const KEPT_MS = 5_000;
type ReadEvent = Extract<PositionEvent<never>, { kind: 'page' | 'read_failed' }>;

/** An inbox that is to be read on for a connection. */
interface Question {
  connection: Connection;
  after: number;
}

/** Reads pages of inboxes, no faster than the client takes them: of all who ask at once in one call, a few entries of each. */
export class InboxReader {
  readonly #questions: QuestionGatherer<Question, InboxPage>;
  readonly #ofUsers = new TurnsOfUsers(MAX_READS_OF_USER);

  constructor(
    private readonly persistence: PersistenceClient,
    private readonly announcements: Announcements,
    private readonly turns: EventLoopTurns,
    private readonly metrics: WebsocketMetrics,
    private readonly logger: Logger,
  ) {
    // While a pod of the version before runs, which reads one inbox a call, this is not announced.
    const together = (): boolean => announcements.has(READS_TOGETHER);
    this.#questions = new QuestionGatherer({
      ask: (questions) => this.#ask(questions),
      mostCalls: () => (together() ? MAX_CALLS : MAX_SINGLE_CALLS),
      mostTogether: () => (together() ? LIMITS.inboxesPerCall : 1),
      isOutage,
      isWanted: ({ connection }) => connection.alive,
      waitMs: TURN_OF_ALL_MS,
    });
  }

  /** Reads one page and tells what came of it. Never rejects. */
  async read(connection: Connection, after: number, tell: (event: ReadEvent) => void): Promise<void> {
    await drained(connection);
    if (connection.state === 'closed') return;
    try {
      const page = await this.#ofUsers.runWithin(connection.userId, TURN_OF_USER_MS, () =>
        this.#questions.ask({ connection, after }),
      );
      if (page === undefined) {
        // Its turn did not come.
        if (connection.alive) tell({ kind: 'read_failed' });
        return;
      }
      // Before it waits: a numbering is taken as it comes.
      this.announcements.takeEpoch(page.epoch);
      await this.turns.next();
      if ((page.expired ?? 0) > after) {
        // Its next connection is told how many it missed.
        connection.close('slow');
        return;
      }
      await handOver(connection, page, tell);
    } catch (error) {
      this.metrics.catchUpFailures.inc();
      this.logger.debug('an inbox could not be read', { user_id: connection.userId, error });
      tell({ kind: 'read_failed' });
    }
  }

  /** @throws as `PersistenceClient` */
  async #ask(questions: readonly Question[]): Promise<readonly InboxPage[]> {
    const readings = questions.map(({ connection, after }) => ({ userId: connection.userId, after }));
    const [first, ...others] = readings;
    if (first === undefined) return [];
    if (others.length > 0) return this.persistence.readInboxes(readings);
    return [await this.persistence.readInbox(first.userId, first.after, LIMITS.inboxPage)];
  }
}

async function handOver(connection: Connection, page: InboxPage, tell: (event: ReadEvent) => void): Promise<void> {
  const { entries, head } = page;
  let start = 0;
  do {
    // Closed meanwhile, for one because the page is of another numbering than its position.
    if (!connection.alive) return;
    const end = endOfPart(entries, start);
    tell({ kind: 'page', entries: entries.slice(start, end), head, last: end >= entries.length });
    start = end;
    // A page is not kept for whoever takes nothing of it: the rest is read again once there is room.
    if (start < entries.length && (await withTimeout(KEPT_MS, drained(connection))) === TIMED_OUT) {
      tell({ kind: 'read_failed' });
      return;
    }
  } while (start < entries.length && connection.alive);
}

function endOfPart(entries: readonly EncodedEntry[], start: number): number {
  let bytes = 0;
  for (let end = start; end < entries.length; end += 1) {
    const entry = entries[end];
    if (bytes >= PART_BYTES) return end;
    // UTF-16 units are near enough to bytes for a bound of this kind.
    bytes += entry?.body.length ?? 0;
  }
  return entries.length;
}

/** Waits until the socket took what was written, where much of it waits. */
async function drained(connection: Connection): Promise<void> {
  while (connection.state !== 'closed' && connection.buffered > PART_BYTES) {
    await new Promise<void>((resolve) => connection.onceDrained(resolve));
  }
}
