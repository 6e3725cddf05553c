/**
 * Own messages on their way: from send() to `accepted`, and on to `stored`.
 *
 * Each message is `sending` → `accepted` → `stored`, or `sending` → `failed`. While online the outbox is emptied as its
 * window, its backoffs and the order within each conversation allow. One thread, no awaits.
 */
import {
  contentFault,
  directConversationId,
  LIMITS,
  messageId,
  newId,
  type AcceptedFrame,
  type ErrorCode,
  type RejectedFrame,
  type WelcomeFrame,
} from '@chat-app/protocol';
import { ChatError } from '../errors';
import type { MessageStateChange } from '../events';
import type { Outbox, OutboxEntry } from '../state/outbox';
import type { Timers } from '../state/timers';

/** Most own messages of which `stored` is awaited. */
const MAX_TRACKED = 10_000;
/** Codes that are about this client's rate or the server's load, not about one message. */
const ABOUT_ALL: readonly ErrorCode[] = ['rate_limited', 'overloaded'];
/** Codes that are about the token: a refreshed one makes the same send good. */
const ABOUT_TOKEN: readonly ErrorCode[] = ['unauthenticated', 'token_expired', 'token_invalid'];
/** Time that a refresh of the token is given before the sends that wait for it go on. */
const TOKEN_REFRESH_MS = 1_000;

/** Exactly one of recipient_id and conversation_id. */
export interface OutboundMessage {
  recipient_id?: string;
  conversation_id?: string;
  content: string;
  /** The client's own id; by default a new one. A message that is sent again with it and the same content exists once. */
  id?: string;
}

/** A message that was taken into the outbox. */
export type SentMessage = Pick<OutboxEntry, 'id' | 'message_id' | 'conversation_id'>;

export interface SenderOptions {
  userId: string;
  outbox: Outbox;
  timers: Timers;
  /** An answer that does not come within this time means that the connection is dead. */
  answerTimeoutMs: number;
  transmit: (frame: object) => boolean;
  onState: (change: MessageStateChange) => void;
  /** The outbox changed: keep it. */
  onChange: () => void;
  /** No answer came in time. */
  onSilence: () => void;
  /** A send was refused because of the token. */
  onTokenRefused: () => void;
}

export class Sender {
  private window = 0;
  private contentBytes: number = LIMITS.contentBytes;
  /** By message id: what was accepted and is not known to be stored. */
  private readonly accepted = new Map<string, SentMessage>();
  /** By message id: what is in the outbox. */
  private readonly waiting = new Map<string, SentMessage>();

  constructor(private readonly options: SenderOptions) {
    for (const entry of options.outbox.entries()) this.waiting.set(entry.message_id, entry);
  }

  /** @throws ChatError content_…, invalid_request, outbox_full, duplicate_id: nothing was taken. */
  send(message: OutboundMessage): SentMessage {
    const entry = this.entryFor(message);
    const known = this.options.outbox.get(entry.id);
    if (known !== undefined) {
      if (known.message_id === entry.message_id) return identity(known);
      throw new ChatError('duplicate_id', `another message waits under the id ${entry.id}`, false);
    }
    if (this.options.outbox.full) throw new ChatError('outbox_full', 'too many messages wait to be sent', true);
    this.options.outbox.add(entry);
    this.waiting.set(entry.message_id, entry);
    this.options.onChange();
    this.options.onState({ ...identity(entry), state: 'sending' });
    this.pump();
    return identity(entry);
  }

  /** The server told its limits. Call pump() once the connection takes frames. */
  welcomed(limits: WelcomeFrame['limits']): void {
    this.window = limits.unacknowledged_sends;
    this.contentBytes = limits.content_bytes;
  }

  /** Sends what may be sent now, and sees to it that the rest is when its time comes. */
  pump(): void {
    const { outbox, timers, transmit } = this.options;
    const now = Date.now();
    for (const entry of outbox.take(now, this.window)) {
      const target = entry.recipient_id === undefined ? 'conversation_id' : 'recipient_id';
      transmit({ type: 'send', id: entry.id, [target]: entry[target], content: entry.content });
    }
    const due = this.window > 0 ? outbox.nextDue() : undefined;
    if (due === undefined || due <= now) timers.clear('send');
    else timers.set('send', due - now, () => this.pump());
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
    if (frame.retryable || aboutToken) {
      const pauseAll = aboutToken || ABOUT_ALL.includes(frame.code);
      const retryAfterMs = Math.max(frame.retry_after_ms ?? 0, aboutToken ? TOKEN_REFRESH_MS : 0);
      this.options.outbox.postpone(frame.id, Date.now(), retryAfterMs, pauseAll);
      if (aboutToken) this.options.onTokenRefused();
    } else {
      const entry = this.options.outbox.settle(frame.id);
      if (entry !== undefined) {
        this.waiting.delete(entry.message_id);
        this.options.onChange();
        this.options.onState({ ...identity(entry), state: 'failed', code: frame.code, reason: frame.message });
      }
    }
    this.pump();
  }

  /** Whether this message was sent by this client and is not yet known to be stored. */
  isOwn(messageId: string): boolean {
    return this.waiting.has(messageId) || this.accepted.has(messageId);
  }

  /** A copy of an own message came from the server: it was accepted, whether or not the answer to it arrived. */
  seen(messageId: string, sentAt: string, isStored: boolean): void {
    const waiting = this.waiting.get(messageId);
    if (waiting !== undefined) {
      this.settleAccepted(waiting.id, messageId, sentAt);
      this.pump();
    }
    if (isStored) this.onStored(messageId);
  }

  /** The message is in the history and in the inboxes. */
  onStored(messageId: string): void {
    const sent = this.accepted.get(messageId);
    if (sent === undefined) return;
    this.accepted.delete(messageId);
    this.options.onState({ ...identity(sent), state: 'stored' });
  }

  private settleAccepted(id: string, messageId: string, sentAt: string): void {
    const entry = this.options.outbox.settle(id);
    if (entry === undefined) return;
    this.waiting.delete(entry.message_id);
    this.accepted.set(messageId, entry);
    if (this.accepted.size > MAX_TRACKED) this.forgetOldest();
    this.options.onChange();
    this.options.onState({ ...identity(entry), message_id: messageId, state: 'accepted', sent_at: sentAt });
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
      timers.set('answer', since + answerTimeoutMs - now, () => this.options.onSilence());
    }
  }

  private entryFor(message: OutboundMessage): OutboxEntry {
    const { recipient_id: recipient, conversation_id: conversation, content } = message;
    const fault = contentFault(content, this.contentBytes);
    if (fault !== undefined) throw new ChatError(fault, `content: ${fault}`, false);
    if ((recipient === undefined) === (conversation === undefined)) {
      throw new ChatError('invalid_request', 'name exactly one of recipient_id and conversation_id', false);
    }
    const id = message.id ?? newId();
    if (id.length === 0 || id.length > LIMITS.clientIdCharacters) {
      throw new ChatError('invalid_request', `id: 1 to ${LIMITS.clientIdCharacters} characters`, false);
    }
    const target = (recipient ?? conversation ?? '').toLowerCase();
    const sender = this.options.userId;
    const conversationId = recipient === undefined ? target : directConversationId(sender, target);
    return {
      id,
      message_id: messageId({ sender_id: sender, conversation_id: conversationId, id, content }),
      conversation_id: conversationId,
      ...(recipient !== undefined && { recipient_id: target }),
      content,
    };
  }
}

function identity(entry: SentMessage): SentMessage {
  return { id: entry.id, message_id: entry.message_id, conversation_id: entry.conversation_id };
}
