/**
 * Own messages on their way: from send() to `accepted`, and on to `stored`.
 *
 * Each message is `sending` → `accepted` → `stored`, or `sending` → `failed`. While online the outbox is emptied as its
 * window, its backoffs and the order within each conversation allow. One thread, no awaits.
 */
import type { AcceptedFrame, ErrorCode, RejectedFrame } from '@chat-app/protocol';
import { LIMITS } from '@chat-app/protocol/pure';
import type { WelcomeFrame } from '../connection/read-frame';
import { ChatError } from '../errors';
import type { ChangeStateChange, MessageStateChange } from '../events';
import { monotonicNow } from '../state/clock';
import type { Outbox, OutboxEntry } from '../state/outbox';
import { Pace } from '../state/pace';
import type { Timers } from '../state/timers';
import { UnstoredMessages } from '../state/unstored-messages';
import {
  commandFrame,
  deletionEntry,
  reactionEntry,
  editEntry,
  messageEntry,
  type OutboundDeletion,
  type OutboundEdit,
  type OutboundMessage,
  type OutboundReaction,
  type SentMessage,
} from './outgoing';

/** Most own messages of which `stored` is awaited. */
const MAX_TRACKED = 10_000;
/** Codes that are about this client's rate or the server's load, not about one message. */
const ABOUT_ALL: readonly ErrorCode[] = ['rate_limited', 'overloaded'];
/** Codes that are about the token: a refreshed one makes the same send good. */
const ABOUT_TOKEN: readonly ErrorCode[] = ['unauthenticated', 'token_expired', 'token_invalid'];
/** The send was refused because the one that it names as the one before it was. */
const OUT_OF_ORDER: ErrorCode = 'out_of_order';
/** What a change is of is not there. */
const UNKNOWN_MESSAGE: ErrorCode = 'unknown_message';
/** Time that a refresh of the token is given before the sends that wait for it go on. */
const TOKEN_REFRESH_MS = 1_000;

export interface SenderOptions {
  userId: string;
  outbox: Outbox;
  timers: Timers;
  /** An answer that does not come within this time means that the connection is dead. */
  answerTimeoutMs: number;
  transmit: (frame: object) => boolean;
  onState: (change: MessageStateChange) => void;
  /** The same of edits, deletions and reactions. */
  onChangeState: (change: ChangeStateChange) => void;
  /** The outbox changed: keep it. */
  onChange: () => void;
  /** No answer came in time. */
  onSilence: () => void;
  /** A send was refused because of the token. */
  onTokenRefused: () => void;
}

export class Sender {
  private window = 0;
  private readonly pace = new Pace();
  private contentBytes: number = LIMITS.contentBytes;
  /** By message id: what was accepted and is not known to be stored. */
  private readonly accepted = new Map<string, Tracked>();
  /** By message id: what is in the outbox. */
  private readonly waiting = new Map<string, Tracked>();
  private readonly unstored = new UnstoredMessages();

  constructor(private readonly options: SenderOptions) {
    for (const entry of options.outbox.entries()) this.waiting.set(entry.message_id, entry);
  }

  /** @throws ChatError content_…, invalid_request, outbox_full, duplicate_id: nothing was taken. */
  send(message: OutboundMessage): SentMessage {
    return this.take(messageEntry(message, this.rules()));
  }

  /** @throws as send */
  edit(edit: OutboundEdit): SentMessage {
    return this.take(editEntry(edit, this.rules()));
  }

  /** @throws as send */
  delete(deletion: OutboundDeletion): SentMessage {
    return this.take(deletionEntry(deletion, this.rules()));
  }

  /** Takes what another client left, as far as there is room. @returns what was not here before */
  adopt(entries: readonly OutboxEntry[]): OutboxEntry[] {
    return entries.filter((entry) => {
      if (this.options.outbox.full || this.options.outbox.has(entry.id)) return false;
      this.take(entry);
      return true;
    });
  }

  /** @throws as send */
  react(reaction: OutboundReaction): SentMessage {
    return this.take(reactionEntry(reaction, this.rules()));
  }

  private take(entry: OutboxEntry): SentMessage {
    const known = this.options.outbox.get(entry.id);
    if (known !== undefined) {
      if (known.message_id === entry.message_id) return identity(known);
      throw new ChatError('duplicate_id', `another message waits under the id ${entry.id}`, false);
    }
    if (this.options.outbox.full) throw new ChatError('outbox_full', 'too many messages wait to be sent', true);
    this.options.outbox.add(entry);
    this.waiting.set(entry.message_id, entry);
    this.options.onChange();
    this.report(entry, { state: 'sending' });
    this.pump();
    return identity(entry);
  }

  /** The server told its limits and what it can do. Call pump() once the connection takes frames. */
  welcomed({ limits, features = [] }: Pick<WelcomeFrame, 'limits' | 'features'>): void {
    this.window = limits.unacknowledged_sends;
    this.contentBytes = limits.content_bytes;
    this.pace.reset();
    this.options.outbox.connected({
      pipelined: features.includes('after'),
      data: features.includes('data'),
      replies: features.includes('reply') && features.includes('mentions'),
      changes: features.includes('edited') && features.includes('deleted'),
      reactions: features.includes('reacted'),
    });
  }

  /** Sends what may be sent now, and sees to it that the rest is when its time comes. */
  pump(): void {
    const { outbox, timers, transmit } = this.options;
    const now = monotonicNow();
    if (outbox.size === 0) this.pace.reset();
    const taken = outbox.take(now, Math.min(this.window, outbox.inFlight + this.pace.allowance(now)));
    this.pace.spend(now, taken.length);
    for (const { entry, after } of taken) transmit(commandFrame(entry, after));
    const due = this.window > outbox.inFlight ? outbox.nextDue() : undefined;
    const at = due === undefined ? undefined : Math.max(due, this.pace.due);
    if (at === undefined || at <= now) timers.clear('send');
    else timers.set('send', at - now, () => this.pump());
    this.watchAnswers(now);
  }

  /** Answers will not come any more: what was in flight is sent again on the next connection. */
  lost(): void {
    this.window = 0;
    this.options.outbox.connectionLost();
    this.options.timers.clear('send');
    this.options.timers.clear('answer');
  }

  onAccepted(frame: AcceptedFrame): void {
    if (frame.id === undefined) return;
    this.settleAccepted(frame.id, frame.message_id, frame.sent_at);
    this.pump();
  }

  onRejected(frame: RejectedFrame): void {
    if (frame.id === undefined || !this.options.outbox.has(frame.id)) return;
    const aboutToken = ABOUT_TOKEN.includes(frame.code);
    const now = monotonicNow();
    if (frame.code === OUT_OF_ORDER) this.options.outbox.follow(frame.id, now);
    else if (frame.retryable || aboutToken || this.mayBeFound(frame.id, frame.code, now)) {
      const pauseAll = aboutToken || ABOUT_ALL.includes(frame.code);
      const retryAfterMs = Math.max(frame.retry_after_ms ?? 0, aboutToken ? TOKEN_REFRESH_MS : 0);
      this.options.outbox.postpone(frame.id, now, retryAfterMs, pauseAll);
      if (frame.code === 'rate_limited') this.pace.slower(now, retryAfterMs);
      if (aboutToken) this.options.onTokenRefused();
    } else {
      const entry = this.options.outbox.settle(frame.id);
      if (entry !== undefined) {
        this.waiting.delete(entry.message_id);
        this.options.onChange();
        this.report(entry, { state: 'failed', code: frame.code, reason: frame.message });
      }
    }
    this.pump();
  }

  /** Whether this message was sent by this client and is not yet known to be stored. */
  isOwn(messageId: string): boolean {
    return this.waiting.has(messageId) || this.accepted.has(messageId);
  }

  /**
   * A copy of an own message came from the server, or what a change came to: it was accepted, whether or not the answer to it
   * arrived.
   */
  seen(messageId: string, sentAt: string | undefined, isStored: boolean): void {
    const waiting = this.waiting.get(messageId);
    if (waiting !== undefined) {
      this.settleAccepted(waiting.id, messageId, sentAt);
      this.pump();
    }
    if (isStored) this.onStored(messageId);
  }

  /** A message of somebody else came that is not known to be stored. */
  onLive(messageId: string): void {
    this.unstored.accepted(messageId);
  }

  /** The message is in the history and in the inboxes. */
  onStored(messageId: string): void {
    this.unstored.stored(messageId, monotonicNow());
    const sent = this.accepted.get(messageId);
    if (sent === undefined) return;
    this.accepted.delete(messageId);
    this.report(sent, { state: 'stored' });
  }

  private settleAccepted(id: string, messageId: string, sentAt: string | undefined): void {
    const entry = this.options.outbox.settle(id);
    if (entry === undefined) return;
    this.waiting.delete(entry.message_id);
    this.accepted.set(messageId, tracked(entry));
    if (entry.change === undefined) this.unstored.accepted(messageId);
    if (this.accepted.size > MAX_TRACKED) this.forgetOldest();
    this.options.onChange();
    this.report(
      { ...entry, message_id: messageId },
      { state: 'accepted', ...(sentAt !== undefined && { sent_at: sentAt }) },
    );
  }

  /** Whether what a refused change is of may not be stored yet, so that it is to be tried again. */
  private mayBeFound(id: string, code: ErrorCode, now: number): boolean {
    const { outbox } = this.options;
    const change = outbox.get(id)?.change;
    const sentAt = outbox.sentAt(id);
    if (code !== UNKNOWN_MESSAGE || change === undefined || sentAt === undefined) return false;
    return this.unstored.mayCome(change.message_id, sentAt, now);
  }

  private forgetOldest(): void {
    const [oldest] = this.accepted.keys();
    if (oldest !== undefined) this.accepted.delete(oldest);
  }

  private watchAnswers(now: number): void {
    const { outbox, timers, answerTimeoutMs } = this.options;
    const since = outbox.oldestSentAt();
    if (since === undefined) timers.clear('answer');
    else {
      timers.set('answer', since + answerTimeoutMs - now, () => {
        const late = monotonicNow();
        outbox.unanswered(Math.max(since, late - answerTimeoutMs), late);
        this.options.onSilence();
      });
    }
  }

  private rules() {
    return { userId: this.options.userId, contentBytes: this.contentBytes };
  }

  private report(entry: Tracked, state: Omit<MessageStateChange, keyof SentMessage>): void {
    const { change, content, data } = entry;
    if (change === undefined) return this.options.onState({ ...identity(entry), ...state });
    const { sent_at: at, ...rest } = state;
    this.options.onChangeState({
      ...{ id: entry.id, event_id: entry.message_id, conversation_id: entry.conversation_id },
      ...{ message_id: change.message_id, change: change.type },
      ...(change.type === 'react' && { emoji: change.emoji, on: change.on }),
      ...(content !== undefined && change.type !== 'react' && { content }),
      ...(data !== undefined && { data }),
      ...rest,
      ...(at !== undefined && { at }),
    });
  }
}

/** What is known of an own entry: of one that was accepted no content. */
type Tracked = SentMessage & Pick<OutboxEntry, 'change'> & Partial<Pick<OutboxEntry, 'content' | 'data'>>;

function tracked({ change, ...entry }: OutboxEntry): Tracked {
  return { ...identity(entry), ...(change !== undefined && { change }) };
}

function identity(entry: SentMessage): SentMessage {
  return { id: entry.id, message_id: entry.message_id, conversation_id: entry.conversation_id };
}
