/** The registry of kinds: a new kind is one file beside this one and one line in each list that concerns it. */
import { z } from 'zod';
import { blocked } from './blocked';
import { conversation } from './conversation';
import { deleteCommand, deleted } from './deleted';
import { editCommand, edited } from './edited';
import type { Command, CommandFields, EventKind } from './event-kind';
import { invited } from './invited';
import { joined } from './joined';
import { left } from './left';
import { message, sendCommand } from './message';
import { reactCommand, reacted } from './reacted';
import { read } from './read';
import { settings } from './settings';
import { uninvited } from './uninvited';

/** Every kind this version knows, by its word. */
export const EVENT_KINDS = {
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
  reacted,
} as const;

/** Frames by which clients ask for events, by type of frame; `kind` is what they ask for. */
export const COMMANDS = {
  send: { ...sendCommand, kind: 'message' },
  edit: { ...editCommand, kind: 'edited' },
  delete: { ...deleteCommand, kind: 'deleted' },
  react: { ...reactCommand, kind: 'reacted' },
} as const satisfies Record<string, { kind: EventKindName }>;

export type EventKindName = keyof typeof EVENT_KINDS;
/** Value of a record of a kind. */
export type EventRecord<Name extends EventKindName = EventKindName> = z.infer<(typeof EVENT_KINDS)[Name]['record']>;
/** Frame that tells a client of an event of a kind. */
export type EventFrame<Name extends EventKindName = EventKindName> = z.infer<(typeof EVENT_KINDS)[Name]['frame']>;
/** A frame by which a client asks for an event. */
export type CommandFrame = z.infer<(typeof COMMANDS)[keyof typeof COMMANDS]['frame']>;

/** A kind as code that knows none by name sees it. */
export type AnyEventKind = EventKind<EventKindName, EventRecord, EventFrame>;
/** A command as code that knows no kind by name sees it. */
export type AnyCommand = Command<CommandFields, EventRecord> & { kind: EventKindName };

/** Whether this version knows a kind. */
export function isEventKind(kind: string): kind is EventKindName {
  return Object.hasOwn(EVENT_KINDS, kind);
}

/** The kind of that word. */
export function eventKind(kind: EventKindName): AnyEventKind {
  return EVENT_KINDS[kind];
}

/** The command of that type of frame; undefined where no frame of that type asks for an event. */
export function commandOf(type: string): AnyCommand | undefined {
  return Object.hasOwn(COMMANDS, type) ? COMMANDS[type as keyof typeof COMMANDS] : undefined;
}

/** What came of reading a record. */
export type DecodedEvent =
  | { ok: true; kind: EventKindName; eventId: string; value: EventRecord }
  | { ok: false; code: 'unreadable' | 'unknown_kind'; reason: string };

/**
 * Reads the value of a record of `messages` by its header `kind`. Never throws: what cannot be read is an answer, not an
 * accident. Fields this version does not know stay in the value.
 */
export function decodeEvent(kind: string | undefined, value: string | null): DecodedEvent {
  const name = kind ?? message.kind;
  if (!isEventKind(name)) {
    return { ok: false, code: 'unknown_kind', reason: `this version knows no kind "${name.slice(0, 64)}"` };
  }
  if (value === null) return { ok: false, code: 'unreadable', reason: 'the record has no value' };
  let json: unknown;
  try {
    json = JSON.parse(value);
  } catch {
    return { ok: false, code: 'unreadable', reason: 'the value is not JSON' };
  }
  const known = eventKind(name);
  if (known.fits?.(json) === true) {
    const fitting = json as EventRecord;
    return { ok: true, kind: name, eventId: known.eventId(fitting), value: fitting };
  }
  const parsed = known.record.safeParse(json);
  if (!parsed.success) return { ok: false, code: 'unreadable', reason: z.prettifyError(parsed.error) };
  return { ok: true, kind: name, eventId: known.eventId(parsed.data), value: parsed.data };
}
