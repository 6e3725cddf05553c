import { backoffMs, type BackoffOptions } from '@chat-app/timing';
import { isFinal, type ChatError } from '../errors';
import { monotonicNow } from '../state/clock';
import { Timers } from '../state/timers';
import { SeenLive } from './seen-live';

/** A message that is shown the moment it arrives is stored a little later: until then it cannot be marked. */
const BACKOFF: BackoffOptions = { firstMs: 400, maxMs: 10_000, jitter: 'full' };
const SHORTEST_MS = 150;
/** Between two markers of a conversation: each is an entry on every device of the user. */
const APART_MS = 2_000;

/**
 * Keeps the read markers of conversations: the newest marker of each is sent until the server has it. A message that is not
 * stored yet is tried again when it is, or after a while.
 */
export class ReadMarkers {
  private readonly wanted = new Map<string, { messageId: string; failures: number }>();
  private readonly running = new Set<string>();
  private readonly timers = new Timers();
  /** When the last marker of a conversation was sent. */
  private readonly sentAt = new Map<string, number>();
  private readonly seen = new SeenLive();

  /**
   * @param isDirect whether a conversation is there for the server once its first message is stored
   * @param onOver no marker of this conversation is on its way any more
   */
  constructor(
    private readonly put: (conversationId: string, messageId: string) => Promise<unknown>,
    private readonly isDirect: (conversationId: string) => boolean,
    private readonly onOver: (conversationId: string) => void,
  ) {}

  /** Whether a marker of this conversation is not on the server yet. */
  isPending(conversationId: string): boolean {
    return this.wanted.has(conversationId);
  }

  /** The user has read up to and including this message. @param live what of it is not stored yet */
  mark(conversationId: string, messageId: string, live: readonly string[] = []): void {
    this.seen.read(conversationId, messageId, live);
    if (this.wanted.get(conversationId)?.messageId === messageId) return;
    this.wanted.set(conversationId, { messageId, failures: 0 });
    this.send(conversationId);
  }

  /** These messages are stored, in this order: what waits for that is tried now. */
  stored(messageIds: readonly string[]): void {
    for (const [conversationId, messageId] of this.seen.stored(messageIds)) this.mark(conversationId, messageId);
    for (const [conversationId, { messageId }] of this.wanted) {
      if (messageIds.includes(messageId)) this.send(conversationId);
    }
  }

  /** The connection is back: what waits is tried now. */
  retry(): void {
    for (const conversationId of this.wanted.keys()) this.send(conversationId);
  }

  release(): void {
    this.timers.releaseAll();
    this.wanted.clear();
  }

  private send(conversationId: string): void {
    this.timers.clear(conversationId);
    if (this.running.has(conversationId)) return;
    const marker = this.wanted.get(conversationId);
    if (marker === undefined) return;
    const now = monotonicNow();
    const wait = (this.sentAt.get(conversationId) ?? -Infinity) + APART_MS - now;
    if (wait > 0) {
      this.timers.set(conversationId, wait, () => this.send(conversationId));
      return;
    }
    this.sentAt.set(conversationId, now);
    this.running.add(conversationId);
    void this.put(conversationId, marker.messageId)
      .then(
        () => this.done(conversationId, marker),
        (thrown: unknown) => this.failed(conversationId, marker, thrown),
      )
      .then((again) => {
        this.running.delete(conversationId);
        // A newer marker came meanwhile.
        if (again) this.send(conversationId);
      });
  }

  private done(conversationId: string, marker: { messageId: string }): boolean {
    if (this.wanted.get(conversationId) !== marker) return true;
    this.over(conversationId);
    return false;
  }

  private over(conversationId: string): void {
    this.wanted.delete(conversationId);
    this.onOver(conversationId);
  }

  private failed(conversationId: string, marker: { messageId: string; failures: number }, thrown: unknown): boolean {
    // Nothing was told to anybody: the next try need not wait.
    this.sentAt.delete(conversationId);
    if (this.wanted.get(conversationId) !== marker) return true;
    if (isFinal(thrown) && !this.mayCome(conversationId, thrown)) {
      this.over(conversationId);
      return false;
    }
    marker.failures += 1;
    const delay = Math.max(SHORTEST_MS, backoffMs(marker.failures, BACKOFF));
    this.timers.set(conversationId, delay, () => this.send(conversationId));
    return false;
  }

  /** Whether what is not there for the server may only not be stored yet, or the token at fault. */
  private mayCome(conversationId: string, { code, status }: ChatError): boolean {
    if (status === 401) return true;
    return code === 'unknown_message' || (code === 'unknown_conversation' && this.isDirect(conversationId));
  }
}
