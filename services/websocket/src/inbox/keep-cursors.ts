import { LIMITS, type Cursor } from '@chat-app/protocol';
import type { Logger } from '@chat-app/platform';
import type { WebsocketMetrics } from '../metrics';
import type { PersistenceClient } from '../peers/persistence-client';
import type { Connection } from '../connections/connection';

/** How long confirmations are collected, milliseconds. */
const COLLECT_MS = 1_000;
/** Cursors kept during an outage of persistence; the oldest go first, and their devices are sent entries again. */
const MAX_CURSORS = 100_000;

/**
 * Hands on what devices confirmed, collected per pod: a cursor is cumulative, so only the newest of a device counts.
 * What could not be written is kept and written later; losing it costs a repetition, never a message.
 *
 * States: idle → collecting → writing → idle (or collecting, where more came or it failed). One write at a time.
 */
export class CursorKeeper {
  readonly #cursors = new Map<string, Cursor>();
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> | undefined;

  constructor(
    private readonly persistence: PersistenceClient,
    private readonly metrics: WebsocketMetrics,
    private readonly logger: Logger,
  ) {}

  /** The device of this connection has everything up to `seq`. False where the inbox is known not to reach that far. */
  confirm(connection: Connection, seq: number): boolean {
    const { position, head } = connection.inbox;
    if (position >= 0 && seq > Math.max(position, head)) return false;
    const { userId, deviceId, named, epoch } = connection;
    this.#keep({
      user_id: userId,
      device_id: deviceId,
      received_seq: seq,
      ...(epoch !== undefined && { epoch }),
      ...(!named && { named }),
    });
    this.#timer ??= setTimeout(() => void this.flush(), COLLECT_MS);
    return true;
  }

  /** Writes what is collected: before a reconnect elsewhere asks for it, and before the pod goes. Never rejects. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    while (this.#writing !== undefined) await this.#writing;
    if (this.#cursors.size === 0) return;
    this.#writing = this.#write().finally(() => (this.#writing = undefined));
    await this.#writing;
  }

  /** Whether this device's cursor still waits to be written. */
  waits(connection: Connection): boolean {
    return this.#cursors.has(keyOf(connection.userId, connection.deviceId));
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  async #write(): Promise<void> {
    const cursors = [...this.#cursors.values()].slice(0, LIMITS.usersPerCall);
    for (const cursor of cursors) this.#cursors.delete(keyOf(cursor.user_id, cursor.device_id));
    try {
      await this.persistence.confirm(cursors);
      this.metrics.confirmations.inc({}, cursors.length);
    } catch (error) {
      this.logger.debug('cursors could not be written', { cursors: cursors.length, error });
      for (const cursor of cursors) {
        const newer = this.#cursors.get(keyOf(cursor.user_id, cursor.device_id));
        // One of another numbering came meanwhile: this one means nothing any more.
        if (newer === undefined || newer.epoch === cursor.epoch) this.#keep(cursor);
      }
    }
    if (this.#cursors.size > 0) this.#timer ??= setTimeout(() => void this.flush(), COLLECT_MS);
  }

  #keep(cursor: Cursor): void {
    const key = keyOf(cursor.user_id, cursor.device_id);
    const known = this.#cursors.get(key);
    if (known !== undefined && known.epoch === cursor.epoch && known.received_seq >= cursor.received_seq) return;
    if (known === undefined && this.#cursors.size >= MAX_CURSORS) {
      for (const oldest of this.#cursors.keys()) {
        this.#cursors.delete(oldest);
        break;
      }
    }
    this.#cursors.set(key, cursor);
  }
}

function keyOf(userId: string, deviceId: string): string {
  return `${userId}|${deviceId}`;
}
