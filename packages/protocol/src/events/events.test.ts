import fc from 'fast-check';
import { z } from 'zod';
import { COMMANDS, EVENT_KINDS, commandOf, decodeEvent, eventKind, type EventKindName } from '.';
import { defineEvent } from './event-kind';
import { decodeServerFrame } from '../frames/server-frames';

const ID = '159b727d-2ecd-5c11-98fc-77ab7aa143fc';
const USER = '123e4567-e89b-12d3-a456-426614174000';
const AT = '2026-01-02T03:04:05.678Z';
const event = { event_id: ID, conversation_id: USER, actor_id: USER, at: AT };

const RECORDS: Record<EventKindName, object> = {
  message: { message_id: ID, conversation_id: USER, sender_id: USER, content: 'hello', data: { a: 1 }, sent_at: AT },
  joined: { ...event, kind: 'joined', user_id: USER },
  left: { ...event, kind: 'left', user_id: USER },
  conversation: { ...event, kind: 'conversation', title: 'a title', roles: { [USER]: 'owner' }, data: {} },
  edited: { ...event, kind: 'edited', message_id: USER, content: 'hello there', data: { a: 1 } },
  deleted: { ...event, kind: 'deleted', message_id: USER },
  read: { ...event, kind: 'read', user_id: USER, message_id: USER },
  settings: { ...event, kind: 'settings', user_id: USER, receipts: 'off', muted_until: AT },
  blocked: { ...event, kind: 'blocked', user_id: USER, blocked_user_id: ID, blocked: true },
  invited: { ...event, kind: 'invited', user_id: USER, title: 'a title', role: 'member' },
  uninvited: { ...event, kind: 'uninvited', user_id: USER },
  reacted: { ...event, kind: 'reacted', message_id: USER, emoji: '👍', on: true },
};
const NAMES = Object.keys(EVENT_KINDS) as EventKindName[];

describe('the registry of kinds', () => {
  it('has a word and a number of its own for each kind', () => {
    expect(NAMES.map((name) => EVENT_KINDS[name].kind)).toEqual(NAMES);
    expect(new Set(NAMES.map((name) => EVENT_KINDS[name].number)).size).toBe(NAMES.length);
  });

  it('keeps the numbers that are stored', () => {
    expect(NAMES.map((name) => EVENT_KINDS[name].number)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 20, 21, 22, 30]);
  });

  it('knows of every kind whether it concerns one user alone, who is named in its record', () => {
    const personal = NAMES.filter((name) => eventKind(name).isPersonal);
    expect(personal).toEqual(['joined', 'left', 'read', 'settings', 'blocked', 'invited', 'uninvited']);
    for (const name of personal) {
      const nobody = JSON.stringify({ ...RECORDS[name], user_id: undefined });
      expect(decodeEvent(name, nobody)).toMatchObject({ ok: false, code: 'unreadable' });
    }
  });

  it('has a kind for what each command asks for, under the type of its frame', () => {
    for (const [type, command] of Object.entries(COMMANDS)) {
      expect(command.type).toBe(type);
      expect(EVENT_KINDS).toHaveProperty(command.kind);
      expect(commandOf(type)).toBe(command);
    }
    for (const none of ['message', 'received', 'constructor', '__proto__', '']) expect(commandOf(none)).toBeUndefined();
  });
});

describe.each(NAMES)('the kind %s', (name) => {
  const record = { ...RECORDS[name], hue: 'blue' };

  it('reads its record with what it does not know in it', () => {
    const decoded = decodeEvent(name, JSON.stringify(record));
    expect(decoded).toEqual({ ok: true, kind: name, eventId: ID, value: record });
  });

  it('makes a frame of it that a client reads, numbered or not', () => {
    const decoded = decodeEvent(name, JSON.stringify(record));
    if (!decoded.ok) throw new Error(decoded.reason);
    const frame = eventKind(name).toFrame(decoded.value);
    expect(frame).toMatchObject({ type: name, hue: 'blue' });
    for (const sent of [frame, { ...frame, seq: 7 }]) {
      expect(decodeServerFrame(JSON.stringify(sent))).toEqual({ ok: true, known: true, frame: sent });
    }
  });

  it('does not take a record without its id', () => {
    const decoded = decodeEvent(name, JSON.stringify({ ...record, message_id: undefined, event_id: undefined }));
    expect(decoded).toMatchObject({ ok: false, code: 'unreadable' });
  });
});

describe('decodeEvent', () => {
  it('takes a record without a kind for a message', () => {
    expect(decodeEvent(undefined, JSON.stringify(RECORDS.message))).toMatchObject({ ok: true, kind: 'message' });
  });

  it.each(['x-of-tomorrow', '', 'constructor', '__proto__', 'x'.repeat(500)])(
    'says of kind %j that this version does not know it, whatever its value is',
    (kind) => {
      for (const value of [null, '{', JSON.stringify(RECORDS.message)]) {
        expect(decodeEvent(kind, value)).toMatchObject({ ok: false, code: 'unknown_kind' });
      }
    },
  );

  it('never throws, whatever stands in the log', () => {
    const kinds = fc.oneof(fc.constantFrom(undefined, ...NAMES), fc.string());
    const values = fc.oneof(fc.string({ unit: 'binary' }), fc.json(), fc.constant(null));
    fc.assert(
      fc.property(kinds, values, (kind, value) => void decodeEvent(kind, value)),
      { numRuns: 1_000 },
    );
  });
});

describe('defineEvent', () => {
  const wave = defineEvent('x-wave', 90, { hands: z.int() });

  it('makes a kind of a word, a number and the fields of its own', () => {
    const value = wave.record.parse({ ...event, kind: 'x-wave', hands: 2, hue: 'blue' });
    expect(wave.eventId(value)).toBe(ID);
    expect(wave.toFrame(value)).toEqual({ ...event, type: 'x-wave', hands: 2, hue: 'blue' });
    expect(wave.record.safeParse({ ...event, kind: 'x-other', hands: 2 }).success).toBe(false);
    expect(wave.record.safeParse({ ...event, kind: 'x-wave' }).success).toBe(false);
  });
});

describe('the command send', () => {
  const frame = { type: 'send' as const, id: 'c-17', content: 'hello', recipient_id: USER };
  const accepted = { actor_id: USER, conversation_id: ID, recipient_id: USER, at: AT };

  it('asks for a message of the authenticated user, under the same id each time', () => {
    const record = COMMANDS.send.toRecord(frame, accepted);
    expect(record).toEqual({
      message_id: record.message_id,
      conversation_id: ID,
      sender_id: USER,
      recipient_id: USER,
      content: 'hello',
      sent_at: AT,
    });
    expect(COMMANDS.send.toRecord(frame, { ...accepted, at: '2026-01-02T03:04:06.000Z' }).message_id).toBe(
      record.message_id,
    );
  });

  it('takes data for a part of what makes it the same message, however its names are ordered', () => {
    const id = (data?: Record<string, unknown>) => COMMANDS.send.toRecord({ ...frame, data }, accepted).message_id;
    expect(id({ a: 1, b: { c: 2, d: 3 } })).toBe(id({ b: { d: 3, c: 2 }, a: 1 }));
    expect(new Set([id(), id({}), id({ a: 1 }), id({ a: 2 }), id({ a: [1] })]).size).toBe(5);
  });

  it('is refused with the code that names its fault', () => {
    const fault = (content: string) => COMMANDS.send.fault({ ...frame, content }, { contentBytes: 5 });
    expect([fault('hello'), fault(''), fault('\ud800'), fault('hello!')]).toEqual([
      undefined,
      'content_empty',
      'content_invalid',
      'content_too_large',
    ]);
  });
});
