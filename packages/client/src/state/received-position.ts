/** Most numbers beyond a hole that are remembered; more come again on the next connection. */
const BEYOND_CAPACITY = 10_000;

/**
 * Where a connection stands in its user's inbox: the highest number up to which every entry has arrived. Only this number
 * may be confirmed. Pure state: one per connection, begun by `welcome`.
 *
 * A server sends entries ascending and without holes. Should one be missing, the position stays before the hole, whatever
 * comes after it: `hole` says so, and the next connection is sent everything after the confirmed position again.
 */
export class ReceivedPosition {
  private readonly beyond = new Set<number>();

  /** @param position as `welcome.seq` says; undefined where the inbox was unavailable: the first numbered entry says it. */
  constructor(private position: number | undefined) {}

  /** Every entry up to and including this number has arrived. Undefined while the server has not named any number. */
  get value(): number | undefined {
    return this.position;
  }

  /** Whether entries arrived beyond one that is missing. */
  get hole(): boolean {
    return this.beyond.size > 0;
  }

  /** A numbered entry arrived. Entries may repeat. */
  arrived(seq: number): void {
    this.position ??= seq - 1;
    if (seq <= this.position) return;
    if (seq > this.position + 1) {
      if (this.beyond.size < BEYOND_CAPACITY) this.beyond.add(seq);
      return;
    }
    this.position = seq;
    while (this.beyond.delete(this.position + 1)) this.position += 1;
  }

  /**
   * A `stored` frame arrived: `messageIds[i]` is entry `from + i`. Entries whose message never arrived are not counted,
   * so that nothing is confirmed that was not seen.
   * @returns the ids that never arrived: none from a correct server.
   */
  stored(from: number, messageIds: readonly string[], hasArrived: (messageId: string) => boolean): string[] {
    const missing: string[] = [];
    this.position ??= from - 1;
    messageIds.forEach((messageId, index) => {
      const seq = from + index;
      if (seq <= (this.position ?? 0) || hasArrived(messageId)) this.arrived(seq);
      else missing.push(messageId);
    });
    return missing;
  }
}
