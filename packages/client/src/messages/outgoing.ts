/** What a user asks for, as the outbox keeps it and the server reads it. */
import {
  contentFault,
  customDataFault,
  deletionId,
  directConversationId,
  editId,
  LIMITS,
  messageId,
  isEmoji,
  newId,
  reactionId,
} from '@chat-app/protocol/pure';
import type { JsonObject } from '../entries/message';
import { ChatError } from '../errors';
import type { OutboxEntry } from '../state/outbox';

/** Where it goes: exactly one of the two. */
export interface Target {
  recipient_id?: string;
  conversation_id?: string;
}

export interface OutboundMessage<Data extends JsonObject = JsonObject> extends Target {
  content: string;
  /** The message of the conversation that it answers. */
  reply_to?: string;
  /** Users that it mentions, at most 50: members of the conversation. */
  mentions?: readonly string[];
  /** Whatever the application hangs on it, at most 4 KiB as JSON: part of what makes it the same message. */
  data?: Data;
  /** The client's own id; by default a new one. A message that is sent again with it and the same content exists once. */
  id?: string;
}

/** Other content for an own message. Without `data` it has none from then on. */
export interface OutboundEdit<Data extends JsonObject = JsonObject> extends Omit<
  OutboundMessage<Data>,
  'reply_to' | 'mentions'
> {
  message_id: string;
}

/** A message to delete: an own one, or as an owner any of the group. */
export interface OutboundDeletion extends Target {
  message_id: string;
}

/** A reaction to a message of the conversation, or taking it back. */
export interface OutboundReaction extends Target {
  message_id: string;
  /** An emoji or a short text without spaces, at most 64 bytes. */
  emoji: string;
  on: boolean;
}

/** A message that was taken into the outbox. */
export type SentMessage = Pick<OutboxEntry, 'id' | 'message_id' | 'conversation_id'>;

/** Who sends, and what the server takes. */
export interface OutgoingRules {
  userId: string;
  contentBytes: number;
}

/** @throws ChatError content_…, invalid_request */
export function messageEntry(message: OutboundMessage, rules: OutgoingRules): OutboxEntry {
  const fields = contentFields(message, rules);
  const refers = {
    ...(message.reply_to !== undefined && { reply_to: message.reply_to.toLowerCase() }),
    ...(message.mentions !== undefined && { mentions: message.mentions.map((userId) => userId.toLowerCase()) }),
  };
  const { conversation_id, id, content, data } = fields;
  const identity = { sender_id: rules.userId, conversation_id, id, content, data, ...refers };
  return { ...fields, ...refers, message_id: messageId(identity) };
}

/** @throws ChatError content_…, invalid_request */
export function editEntry(edit: OutboundEdit, rules: OutgoingRules): OutboxEntry {
  const fields = contentFields(edit, rules);
  const { conversation_id, id, content, data } = fields;
  const message_id = edit.message_id.toLowerCase();
  const identity = { actor_id: rules.userId, conversation_id, message_id, id, content, data };
  return { ...fields, message_id: editId(identity), change: { type: 'edit', message_id } };
}

/** @throws ChatError invalid_request */
export function deletionEntry(deletion: OutboundDeletion, { userId }: OutgoingRules): OutboxEntry {
  const message_id = deletion.message_id.toLowerCase();
  const change = { type: 'delete', message_id } as const;
  // A message is deleted once: asking again is the same.
  const id = `delete ${message_id}`;
  return { id, ...targetOf(deletion, userId), content: '', message_id: deletionId(message_id), change };
}

/** @throws ChatError invalid_request */
export function reactionEntry({ emoji, on, ...reaction }: OutboundReaction, { userId }: OutgoingRules): OutboxEntry {
  if (!isEmoji(emoji)) throw invalid(`emoji: 1 to ${LIMITS.emojiBytes} bytes without spaces`);
  const message_id = reaction.message_id.toLowerCase();
  const target = targetOf(reaction, userId);
  const id = newId();
  const event = { actor_id: userId, conversation_id: target.conversation_id, message_id, id, emoji, on };
  return {
    id,
    ...target,
    content: '',
    message_id: reactionId(event),
    change: { type: 'react', message_id, emoji, on },
  };
}

/** The frame that asks for an entry. */
export function commandFrame(
  { id, content, data, change, reply_to, mentions, ...entry }: OutboxEntry,
  after: string | undefined,
): object {
  const target = entry.recipient_id === undefined ? 'conversation_id' : 'recipient_id';
  const frame = { type: 'send', ...change, id, [target]: entry[target], after };
  const hasContent = change === undefined || change.type === 'edit';
  return hasContent ? { ...frame, content, data, reply_to, mentions } : frame;
}

function contentFields({ content, data, ...message }: OutboundMessage, { userId, contentBytes }: OutgoingRules) {
  const fault = contentFault(content, contentBytes);
  if (fault !== undefined) throw new ChatError(fault, `content: ${fault}`, false);
  const target = targetOf(message, userId);
  const dataFault = data === undefined ? undefined : customDataFault(data);
  if (dataFault !== undefined) throw invalid(`data: ${dataFault}`);
  const id = message.id ?? newId();
  if (id.length === 0 || id.length > LIMITS.clientIdCharacters) {
    throw invalid(`id: 1 to ${LIMITS.clientIdCharacters} characters`);
  }
  return { id, ...target, content, ...(data !== undefined && { data: structuredClone(data) }) };
}

function targetOf({ recipient_id: recipient, conversation_id: conversation }: Target, userId: string) {
  if ((recipient === undefined) === (conversation === undefined)) {
    throw invalid('name exactly one of recipient_id and conversation_id');
  }
  const target = (recipient ?? conversation ?? '').toLowerCase();
  if (recipient === undefined) return { conversation_id: target };
  return { conversation_id: directConversationId(userId, target), recipient_id: target };
}

function invalid(message: string): ChatError {
  return new ChatError('invalid_request', message, false);
}
