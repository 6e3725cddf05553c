/**
 * What comes in: shows every message once, follows the inbox and confirms what arrived.
 *
 * A message is shown when its id is not remembered. Position and memory are saved before a position is confirmed, so that
 * a restart neither loses nor repeats. Confirmations are coalesced: after `confirmAfterMs` or `confirmAfterEntries`,
 * whichever is first. One thread; the only await is that of the save, one at a time.
 */
import {
  CLOSE_CODES,
  type ConversationFrame,
  type MessageFrame,
  type StoredFrame,
  type WelcomeFrame,
} from '@chat-app/protocol';
import type { ConversationChange, Missed, ReceivedMessage } from '../events';
import { InboxPosition } from '../state/inbox-position';
import type { RecentIds } from '../state/recent-ids';
import type { Timers } from '../state/timers';
import type { Sender } from './send-messages';

export interface ReceiverOptions {
  recent: RecentIds;
  /** The position that was saved by this device before. */
  savedPosition: number | undefined;
  sender: Sender;
  timers: Timers;
  confirmAfterMs: number;
  confirmAfterEntries: number;
  /** A hole that is not filled within this time makes a new connection. */
  holeTimeoutMs: number;
  transmit: (frame: object) => boolean;
  /** Saves position and memory. Never rejects. */
  save: (position: number | undefined) => Promise<void>;
  onMessage: (message: ReceivedMessage) => void;
  onConversation: (change: ConversationChange) => void;
  /** Messages that came before are entries now, in this order. */
  onStored: (messageIds: readonly string[]) => void;
  onMissed: (missed: Missed) => void;
  /** This connection cannot be brought up to date. */
  onHole: (code: number, reason: string) => void;
}

export class Receiver {
  private inbox = new InboxPosition(undefined);
  /** Highest position this device has seen, over all connections. */
  private seen: number | undefined;
  private confirmed: number | undefined;
  private forgottenBefore = 0;
  private confirming: Promise<void> | undefined;
  /** Whether the beginning of this connection's inbox was compared with what this device has seen. */
  private begun = false;
  /** Whether something was shown or numbered that is not saved. */
  private dirty = false;

  constructor(private readonly options: ReceiverOptions) {
    this.seen = options.savedPosition;
  }

  welcomed(welcome: WelcomeFrame): void {
    this.inbox = new InboxPosition(welcome.seq);
    this.confirmed = welcome.seq;
    this.forgottenBefore = this.options.recent.forgotten;
    this.begun = false;
    const skipped = welcome.skipped ?? 0;
    if (skipped > 0) this.options.onMissed({ reason: 'skipped', count: skipped });
    if (welcome.seq !== undefined) this.begin(welcome.seq, skipped);
    this.schedule();
  }

  /** The connection is gone: what was not confirmed comes again on the next one. */
  lost(): void {
    this.confirmed = undefined;
    this.options.timers.clear('hole');
  }

  onMessage(frame: MessageFrame): void {
    if (frame.seq !== undefined) this.begin(frame.seq - 1);
    const own = this.options.sender.isOwn(frame.message_id);
    const fresh = this.options.recent.add(frame.message_id);
    if (own) this.options.sender.seen(frame.message_id, frame.sent_at, frame.seq !== undefined);
    else if (fresh) this.options.onMessage(withoutType(frame));
    if (fresh) this.dirty = true;
    if (frame.seq !== undefined && (own || !fresh)) this.options.onStored([frame.message_id]);
    if (frame.seq !== undefined) this.inbox.arrived(frame.seq);
    this.moved();
  }

  onConversation(frame: ConversationFrame): void {
    this.begin(frame.seq - 1);
    // Its number alone would not do: a restored database may give it to another entry.
    if (this.options.recent.add(`${frame.seq}:${frame.change}:${frame.conversation_id}`)) {
      this.options.onConversation(withoutType(frame));
    }
    this.inbox.arrived(frame.seq);
    this.moved();
  }

  onStored(frame: StoredFrame): void {
    this.begin(frame.from - 1);
    const { recent } = this.options;
    // Once ids were forgotten on this connection the server's word has to do.
    const trusting = recent.forgotten > this.forgottenBefore;
    this.inbox.stored(frame.from, frame.message_ids, (id) => trusting || recent.has(id));
    for (const id of frame.message_ids) this.options.sender.onStored(id);
    this.options.onStored(frame.message_ids);
    this.moved();
  }

  /** An own message was accepted: its copy in the inbox is not news. */
  onOwnAccepted(messageId: string): void {
    if (this.options.recent.add(messageId)) this.dirty = true;
    this.schedule();
  }

  /** Saves and confirms now what is not yet. Resolves once that is done. Never rejects. */
  async confirm(): Promise<void> {
    while (this.confirming !== undefined) await this.confirming;
    await this.confirmNow();
  }

  private confirmNow(): Promise<void> {
    if (this.confirming !== undefined) return this.confirming;
    if (!this.due()) return Promise.resolve();
    this.options.timers.clear('confirm');
    this.confirming = this.saveAndConfirm().finally(() => {
      this.confirming = undefined;
      this.schedule();
    });
    return this.confirming;
  }

  private async saveAndConfirm(): Promise<void> {
    const { inbox } = this;
    const position = inbox.value;
    this.dirty = false;
    await this.options.save(this.seen);
    // Where a new connection began meanwhile it confirms for itself.
    if (inbox !== this.inbox || position === undefined || this.unconfirmed() === 0) return;
    if (this.options.transmit({ type: 'received', seq: position })) this.confirmed = position;
  }

  /** How many entries of this connection are not confirmed. */
  private unconfirmed(): number {
    return this.confirmed === undefined ? 0 : (this.inbox.value ?? 0) - this.confirmed;
  }

  private due(): boolean {
    return this.dirty || this.unconfirmed() > 0;
  }

  /**
   * Compares where the server goes on with what this device has seen. A new device confirms its beginning at once: with a
   * position of its own it misses nothing that the user's other devices confirm.
   */
  private begin(position: number, skipped = 0): void {
    if (this.begun) return;
    this.begun = true;
    if (this.seen === undefined) {
      this.seen = position;
      this.dirty = true;
      this.confirmed = position - 1;
      return;
    }
    this.confirmed ??= position;
    const missing = position - this.seen - skipped;
    if (missing > 0) this.options.onMissed({ reason: 'gap', count: missing });
  }

  private moved(): void {
    const value = this.inbox.value;
    if (value !== undefined && value > (this.seen ?? -1)) {
      this.seen = value;
      this.dirty = true;
    }
    if (this.inbox.hole) {
      if (!this.options.timers.has('hole')) {
        this.options.timers.set('hole', this.options.holeTimeoutMs, () => {
          if (this.inbox.hole) this.options.onHole(CLOSE_CODES.lagging.code, 'an inbox entry is missing');
        });
      }
    } else this.options.timers.clear('hole');
    this.schedule();
  }

  private schedule(): void {
    if (this.confirming !== undefined || !this.due()) return;
    const { timers, confirmAfterEntries, confirmAfterMs } = this.options;
    if (this.unconfirmed() >= confirmAfterEntries) void this.confirmNow();
    else if (!timers.has('confirm')) timers.set('confirm', confirmAfterMs, () => void this.confirmNow());
  }
}

function withoutType<T extends { type: string }>(frame: T): Omit<T, 'type'> {
  const rest: Omit<T, 'type'> & { type?: string } = { ...frame };
  delete rest.type;
  return rest;
}
