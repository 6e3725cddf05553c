import { RecentMap } from './recent-map';

/** Most messages of which it is remembered: more are hardly changed. */
const REMEMBERED = 2_000;
/** So long a message that nobody finds may be on its way to be stored: one that was dead-lettered never is. */
const PATIENCE_MS = 120_000;

interface Known {
  /** When that was told; undefined: it may not be so yet. */
  storedAt?: number;
  /** When the server did not find it first. */
  missedAt?: number;
}

/** Messages of which the server told that they were accepted, from whomever, and when it told that each is stored. Pure state. */
export class UnstoredMessages {
  private readonly known = new RecentMap<Known>(REMEMBERED);

  /** The server told of a message without its number. */
  accepted(messageId: string): void {
    if (this.known.get(messageId) === undefined) this.known.set(messageId, {});
  }

  /** An event is stored. */
  stored(eventId: string, now: number): void {
    const known = this.known.get(eventId);
    if (known !== undefined) known.storedAt ??= now;
  }

  /**
   * The server did not find a message that it was asked for.
   * @returns whether it may find it another time: as far as is known here it was not stored yet when it was asked
   */
  mayCome(messageId: string, askedAt: number, now: number): boolean {
    const known = this.known.get(messageId);
    if (known === undefined) return false;
    if (known.storedAt !== undefined) return known.storedAt >= askedAt;
    known.missedAt ??= now;
    return now - known.missedAt < PATIENCE_MS;
  }
}
