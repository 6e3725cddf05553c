import { LIMITS } from '@chat-app/protocol';
import type { Database } from '@chat-app/database';
import type { Fanout } from '@chat-app/fanout';
import type { Logger } from '@chat-app/platform';
import type { PersistenceMetrics } from '../metrics';
import { frameReceipts } from './frame-receipts';
import { findMovedReceipts, type Confirmed, type MarkedRead } from './sql/find-moved-receipts';

/** Between the beginnings of two runs: nobody is told of a member of a conversation more often. */
const APART_MS = 1_000;
/** What comes within this time of the first is told with it. */
const GATHER_MS = 50;
/** So many runs look for a message that was read before it was stored. */
const MAX_LOOKS = 10;

export interface ReceiptTellerDependencies {
  database: Database;
  fanout: Fanout;
  metrics: PersistenceMetrics;
  logger: Logger;
}

/**
 * Tells the members of conversations how far the others came: everything that happened within a second is one statement and one
 * frame a conversation. What is lost, by a failure or the end of the pod, is told by the members of the conversation when
 * somebody asks.
 *
 * States: made → waiting ⇄ running → closed. Its owner closes it.
 */
export class ReceiptTeller {
  readonly #confirmed = new Map<string, Confirmed>();
  readonly #read = new Map<string, MarkedRead & { looks: number }>();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #beganAt = -Infinity;
  #closed = false;

  constructor(private readonly dependencies: ReceiptTellerDependencies) {}

  /** Devices of these users confirmed entries that no device of theirs had confirmed. */
  received(confirmed: readonly Confirmed[]): void {
    for (const one of confirmed) {
      if (one.upto_seq <= one.after_seq) continue;
      const known = this.#confirmed.get(one.user_id);
      if (known === undefined && this.#confirmed.size >= LIMITS.usersPerCall) continue;
      this.#confirmed.set(one.user_id, {
        user_id: one.user_id,
        after_seq: Math.min(known?.after_seq ?? Infinity, one.after_seq),
        upto_seq: Math.max(known?.upto_seq ?? 0, one.upto_seq),
      });
    }
    this.#wait();
  }

  /** The read marker of a member moved. */
  read(conversationId: string, userId: string): void {
    this.#keep({ conversation_id: conversationId, user_id: userId, looks: 0 });
    this.#wait();
  }

  /** Resolves once the run under way is over. Never rejects. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  #keep(marked: MarkedRead & { looks: number }): void {
    const key = keyOf(marked);
    if (this.#read.has(key) || this.#read.size < LIMITS.usersPerCall) this.#read.set(key, marked);
  }

  #wait(): void {
    if (this.#closed || this.#timer !== undefined || this.#confirmed.size + this.#read.size === 0) return;
    const ms = Math.max(GATHER_MS, this.#beganAt + APART_MS - performance.now());
    this.#timer = setTimeout(() => {
      this.#beganAt = performance.now();
      this.#running = this.#run().finally(() => {
        this.#timer = undefined;
        this.#wait();
      });
    }, ms);
    this.#timer.unref();
  }

  async #run(): Promise<void> {
    const { database, fanout, metrics, logger } = this.dependencies;
    const confirmed = [...this.#confirmed.values()];
    const read = [...this.#read.values()];
    this.#confirmed.clear();
    this.#read.clear();
    try {
      const moved = await findMovedReceipts(database, confirmed, read);
      const looks = new Map(read.map((one) => [keyOf(one), one.looks]));
      for (const one of moved) {
        const before = looks.get(keyOf(one));
        if (!one.is_pending || before === undefined || before >= MAX_LOOKS || this.#read.has(keyOf(one))) continue;
        this.#keep({ conversation_id: one.conversation_id, user_id: one.user_id, looks: before + 1 });
      }
      const frames = frameReceipts(moved);
      await Promise.all(frames.map(({ channel, text }) => fanout.publish(channel, text)));
      metrics.receipts.inc({}, frames.length);
    } catch (error) {
      logger.debug('receipts not published', { users: confirmed.length, markers: read.length, error });
    }
  }
}

function keyOf({ conversation_id, user_id }: MarkedRead): string {
  return `${conversation_id}|${user_id}`;
}
