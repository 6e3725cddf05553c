/**
 * What comes in: tells every entry once, follows the inbox and confirms what arrived.
 *
 * An entry is told when its id is not remembered. Position and memory are saved before a position is confirmed, so that
 * a restart neither loses nor repeats; what could not be saved is not confirmed, and the save is tried again.
 * Confirmations are coalesced: after `confirmAfterMs` or `confirmAfterEntries`, whichever is first. One thread; the only
 * await is that of the save, one at a time.
 */
import { CLOSE } from '@chat-app/protocol/pure';
import { backoffMs, type BackoffOptions } from '@chat-app/timing';
import type { StoredFrame, WelcomeFrame } from '../connection/read-frame';
import { readEntry } from '../entries';
import type { EntryFrame } from '../entries/entry-kind';
import type { EntryEvents, Missed } from '../events';
import { ReceivedPosition } from '../state/received-position';
import type { RecentIds } from '../state/recent-ids';
import type { Timers } from '../state/timers';
import type { Sender } from './send-messages';

/** Where a device stands. */
export interface InboxState {
  /** Highest position it has seen, over all connections. */
  position?: number | undefined;
  /** The numbering that the position belongs to. */
  epoch?: string | undefined;
}

export interface ReceiverOptions {
  recent: RecentIds;
  /** What was saved by this device before. */
  saved: InboxState;
  sender: Sender;
  timers: Timers;
  confirmAfterMs: number;
  confirmAfterEntries: number;
  /** A hole that is not filled within this time makes a new connection. */
  holeTimeoutMs: number;
  transmit: (frame: object) => boolean;
  /** Between tries to save. */
  backoff: BackoffOptions;
  /** Saves position and memory. @returns whether it is saved. Never rejects. */
  save: (state: InboxState) => Promise<boolean>;
  onEntry: (event: keyof EntryEvents, value: EntryEvents[keyof EntryEvents]) => void;
  /** Entries that came before have their numbers now, in this order. */
  onStored: (ids: readonly string[]) => void;
  onMissed: (missed: Missed) => void;
  /** This connection cannot be brought up to date. */
  onHole: (code: number, reason: string) => void;
}

export class Receiver {
  private inbox = new ReceivedPosition(undefined);
  /** Highest position this device has seen, over all connections. */
  private seen: number | undefined;
  private confirmed: number | undefined;
  private forgottenBefore = 0;
  private confirming: Promise<void> | undefined;
  private epoch: string | undefined;
  /** Saves in a row that failed. */
  private failedSaves = 0;
  /** Whether the beginning of this connection's inbox was compared with what this device has seen. */
  private begun = false;
  /** Whether something was shown or numbered that is not saved. */
  private dirty = false;

  constructor(private readonly options: ReceiverOptions) {
    this.seen = options.saved.position;
    this.epoch = options.saved.epoch;
  }

  welcomed(welcome: WelcomeFrame): void {
    this.inbox = new ReceivedPosition(welcome.seq);
    this.confirmed = welcome.seq;
    this.forgottenBefore = this.options.recent.forgotten;
    this.begun = false;
    this.compareEpoch(welcome.epoch);
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

  onEntry(frame: EntryFrame): void {
    const { seq } = frame;
    if (seq !== undefined) this.begin(seq - 1);
    const { id, event, value } = readEntry(frame);
    const { sender } = this.options;
    const own = sender.isOwn(id);
    const fresh = this.options.recent.add(id);
    if (fresh) this.dirty = true;
    if (own) sender.seen(id, String(frame['sent_at'] ?? frame['at']), seq !== undefined);
    else {
      if (seq !== undefined) sender.onStored(id);
      else if (fresh && event === 'message') sender.onLive(id);
      if (fresh) this.options.onEntry(event, value);
    }
    if (seq !== undefined) {
      if (own || !fresh) this.options.onStored([id]);
      this.inbox.arrived(seq);
    }
    this.moved();
  }

  onStored(frame: StoredFrame): void {
    this.begin(frame.from - 1);
    const { recent } = this.options;
    // Once ids were forgotten on this connection the server's word has to do.
    const trusting = recent.forgotten > this.forgottenBefore;
    this.inbox.stored(frame.from, frame.event_ids, (id) => trusting || recent.has(id));
    for (const id of frame.event_ids) this.options.sender.onStored(id);
    this.options.onStored(frame.event_ids);
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
    if (!(await this.options.save({ position: this.seen, epoch: this.epoch }))) {
      this.dirty = true;
      this.failedSaves += 1;
      return;
    }
    this.failedSaves = 0;
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

  /** Another numbering: positions of the one before mean nothing, and this device begins like a new one. */
  private compareEpoch(epoch: string | undefined): void {
    if (epoch === undefined || epoch === this.epoch) return;
    const restored = this.epoch !== undefined;
    this.epoch = epoch;
    this.dirty = true;
    if (!restored) return;
    this.seen = undefined;
    this.options.onMissed({ reason: 'restored' });
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
          if (this.inbox.hole) this.options.onHole(CLOSE.lagging, 'an inbox entry is missing');
        });
      }
    } else this.options.timers.clear('hole');
    this.schedule();
  }

  private schedule(): void {
    if (this.confirming !== undefined || !this.due()) return;
    const { timers, confirmAfterEntries, confirmAfterMs } = this.options;
    if (this.failedSaves > 0) {
      const delay = Math.max(confirmAfterMs, backoffMs(this.failedSaves, this.options.backoff));
      if (!timers.has('confirm')) timers.set('confirm', delay, () => void this.confirmNow());
    } else if (this.unconfirmed() >= confirmAfterEntries) void this.confirmNow();
    else if (!timers.has('confirm')) timers.set('confirm', confirmAfterMs, () => void this.confirmNow());
  }
}
