import { parse, v7, validate } from 'uuid';
import { canonicalJson } from './canonical-json';
import { nameBasedId } from './name-based-id';

/** Namespace of direct conversation ids. Never change it: ids derived from it are stored. */
const CONVERSATION_NAMESPACE = parse('6f1c1f2e-8f0b-5a53-9d5e-0d6e0c8f7a11');
/** Namespace of message ids. Never change it: ids derived from it are stored. */
const MESSAGE_NAMESPACE = parse('b7a5a2c4-52b1-5f0e-8a39-6a1f4d0c9e22');

/**
 * Whether a text has the shape of a UUID. Looser than RFC 9562 on purpose: the version and variant digits are not
 * checked, because ids of other systems (and the demo users') do not all carry them.
 */
export function isUuid(value: string): boolean {
  return validate(value) || /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(value);
}

/** Id of the direct conversation of two users: the same for both, so that no lookup is needed to send. */
export function directConversationId(oneUser: string, otherUser: string): string {
  const [first, second] = oneUser < otherUser ? [oneUser, otherUser] : [otherUser, oneUser];
  return nameBasedId(`${first}|${second}`, CONVERSATION_NAMESPACE);
}

/** What makes a message the same message. */
export interface MessageIdentity {
  sender_id: string;
  conversation_id: string;
  /** The client's own id for it; without one every send is a new message. */
  id?: string | undefined;
  content: string;
  /** What the client hung on it: part of what makes it the same message. */
  data?: Record<string, unknown> | undefined;
  reply_to?: string | undefined;
  mentions?: readonly string[] | undefined;
}

/**
 * Id of a message. With a client id it is derived from sender, conversation, client id, content and data: a retry through any
 * pod is the same message, and a reused client id with other content or data is another message. Without one it is a random
 * UUIDv7 (RFC 9562).
 */
export function messageId(identity: MessageIdentity): string {
  if (identity.id === undefined) return v7();
  // JSON keeps the parts apart whatever characters they hold.
  const parts: unknown[] = [identity.sender_id, identity.conversation_id, identity.id, identity.content];
  // Nothing is added where there is no data: ids derived before there was any stay what they are.
  if (identity.data !== undefined) parts.push(canonicalJson(identity.data));
  const { reply_to, mentions } = identity;
  if (reply_to !== undefined || mentions !== undefined) parts.push({ reply_to, mentions });
  const name = JSON.stringify(parts);
  return nameBasedId(name, MESSAGE_NAMESPACE);
}

/** Namespace of ids of edits and deletions. Never change it: ids derived from it are stored. */
const CHANGE_NAMESPACE = parse('4b8f0f6e-6a0a-5d0c-8f0d-93f1f4a4d5b2');

/** What makes an edit the same edit. */
export interface EditIdentity {
  actor_id: string;
  conversation_id: string;
  message_id: string;
  /** The client's own id for it; without one every edit is a new one. */
  id?: string | undefined;
  content: string;
  data?: Record<string, unknown> | undefined;
}

/** Id of an edit, as that of a message: the same command is the same edit, through whatever pod and however often. */
export function editId({ actor_id, conversation_id, message_id, id, content, data }: EditIdentity): string {
  if (id === undefined) return v7();
  const custom = data === undefined ? null : canonicalJson(data);
  return nameBasedId(JSON.stringify([actor_id, conversation_id, message_id, id, content, custom]), CHANGE_NAMESPACE);
}

/** Id of the deletion of a message: it is deleted once. */
export function deletionId(messageId: string): string {
  return nameBasedId(`deleted|${messageId}`, CHANGE_NAMESPACE);
}

/** What makes a reaction, or taking one back, the same. */
export interface ReactionIdentity {
  actor_id: string;
  conversation_id: string;
  message_id: string;
  /** The client's own id for it; without one every command is a new one. */
  id?: string | undefined;
  emoji: string;
  on: boolean;
}

/** Id of a reaction, as that of an edit. */
export function reactionId({ actor_id, conversation_id, message_id, id, emoji, on }: ReactionIdentity): string {
  if (id === undefined) return v7();
  const name = JSON.stringify(['reacted', actor_id, conversation_id, message_id, id, emoji, on]);
  return nameBasedId(name, CHANGE_NAMESPACE);
}

/** Namespace of entry ids. Never change it: clients keep ids derived from it. */
const ENTRY_NAMESPACE = parse('3e0b6f8e-54c5-5b7c-9a51-2f6f0b1d7c44');

/** Id of an entry that was written before its event had one: the same each time it is read. */
export function entryId(userId: string, seq: number): string {
  return nameBasedId(`${userId}|${seq}`, ENTRY_NAMESPACE);
}

/** A new random id (UUIDv7: later ids sort after earlier ones, kind to B-trees). */
export function newId(): string {
  return v7();
}
