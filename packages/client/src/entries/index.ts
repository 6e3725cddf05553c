/** The kinds of entries this client knows: a new kind is one file beside this one, its line here and its event below. */
import { blocked, type UserBlocked } from './blocked';
import { conversation, type ConversationChange } from './conversation';
import { deleted, type MessageDeleted } from './deleted';
import { edited, type MessageEdited } from './edited';
import { eventId, withoutType, type EntryFrame, type EntryKind } from './entry-kind';
import { invited, type InvitationChange } from './invited';
import { joined } from './joined';
import { left } from './left';
import { message, type JsonObject, type ReceivedMessage } from './message';
import { uninvited } from './uninvited';
import { read, type ConversationRead } from './read';
import { settings, type ConversationSettingsChange } from './settings';

const ENTRY_KINDS = {
  message,
  joined,
  left,
  conversation,
  edited,
  deleted,
  read,
  settings,
  blocked,
  invited,
  uninvited,
} as const;

/** An entry of a kind that this version does not know, as it came. */
export interface UnknownEntry {
  type: string;
  seq?: number;
  [field: string]: unknown;
}

/** What entries are told as. */
export interface EntryEvents<Data extends JsonObject = JsonObject> {
  /** A message of another user, or of this user's other devices: once per message_id. */
  message: ReceivedMessage<Data>;
  conversation: ConversationChange;
  edited: MessageEdited<Data>;
  deleted: MessageDeleted;
  read: ConversationRead;
  settings: ConversationSettingsChange;
  blocked: UserBlocked;
  invitation: InvitationChange;
  entry: UnknownEntry;
}

/** An entry that was read. */
export interface ReadEntry {
  id: string;
  event: keyof EntryEvents;
  value: EntryEvents[keyof EntryEvents];
}

/**
 * Reads an entry. What is not of a known kind, or lacks what its kind is about, is told as `entry`: it counts like any
 * other, so that a newer server never stops an older client.
 */
export function readEntry(frame: EntryFrame): ReadEntry {
  const kind = kindOf(frame.type);
  const value = kind?.read(frame);
  if (kind !== undefined && value !== undefined) return { id: kind.id(frame), event: kind.event, value };
  return { id: eventId(frame), event: 'entry', value: { ...withoutType(frame), type: frame.type } };
}

/** Whether a frame without a number can be the live copy of an entry: something must tell which. */
export function isLiveEntry(frame: EntryFrame): boolean {
  return kindOf(frame.type)?.read(frame) !== undefined || typeof frame['event_id'] === 'string';
}

type AnyKind = EntryKind<keyof EntryEvents, EntryEvents[keyof EntryEvents]>;

function kindOf(type: string): AnyKind | undefined {
  return Object.hasOwn(ENTRY_KINDS, type) ? ENTRY_KINDS[type as keyof typeof ENTRY_KINDS] : undefined;
}
