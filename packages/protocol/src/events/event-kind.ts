import { z } from 'zod';
import type { ErrorCode } from '../error-codes';
import { Uuid } from '../identifier-schemas';
import type { Known } from '../known';
import { LIMITS } from '../limits';

/** What a server knows of a command that it is about to accept, beside what the frame says. */
export interface Acceptance {
  /** The authenticated user. */
  actor_id: string;
  conversation_id: string;
  /** The other user, of a direct conversation. */
  recipient_id?: string | undefined;
  /** RFC 3339, UTC, milliseconds. */
  at: string;
}

/** What the record of an event that is no message has of its acceptance. */
export function acceptedFields({ actor_id, conversation_id, recipient_id, at }: Acceptance) {
  return { conversation_id, actor_id, ...(recipient_id !== undefined && { recipient_id }), at };
}

/** What every frame that asks for an event has. Exactly one of recipient_id and conversation_id names where it goes. */
export interface CommandFields {
  type: string;
  /** The client's own id for it: makes a retry safe. */
  id?: string | undefined;
  /** `id` of the send before it in the conversation, which has no answer yet: this one is good only if that one is. */
  after?: string | undefined;
  /** Where given, it must be the authenticated user. */
  sender_id?: string | undefined;
  recipient_id?: string | undefined;
  conversation_id?: string | undefined;
  /** Custom data. */
  data?: Record<string, unknown> | undefined;
  /** The message that it answers. */
  reply_to?: string | undefined;
  /** Users that it mentions. */
  mentions?: string[] | undefined;
}

/** What persistence is asked about, before a change of a message is accepted. */
export interface ChangeOfMessage {
  message_id: string;
  /** Of a reaction. */
  emoji?: string;
  on?: boolean;
}

/** How a client asks for an event of a kind. */
export interface Command<Frame extends CommandFields, Value> {
  /** The type of the frame. */
  type: Frame['type'];
  /** Checks the frame. */
  frame: z.ZodType<Frame>;
  /**
   * It changes a state, which is told as `changed` once it is stored: it is not shown before, and no entry of any inbox.
   */
  isState?: true;
  /** The message that it would change: persistence is asked first whether this user may. Absent where none is. */
  changes?(frame: Frame): ChangeOfMessage;
  /** Why a frame that its schema lets through cannot be accepted; undefined where it can. */
  fault(frame: Frame, limits: { contentBytes: number }): ErrorCode | undefined;
  /** Value of the record that goes to the log. The same command always gets the same event id where it has an `id`. */
  toRecord(frame: Frame, acceptance: Acceptance): Value;
}

/**
 * One kind of event: what stands in the log, in inboxes and on the wire. Everything that differs between kinds for the
 * protocol is here; what a kind does to the tables is its projection in persistence.
 */
export interface EventKind<Name extends string, Value extends object, Frame extends object> {
  /** The word: header `kind` of its record, `kind` of its inbox entry, `type` of its frame. */
  kind: Name;
  /** What stands for it in the column `kind` of the inbox table. Never used for another kind. */
  number: number;
  /** It concerns one user alone: it is an entry of that user's inbox and of no other. */
  isPersonal?: true;
  /** Checks the value of a record. Fields it does not know stay. */
  record: z.ZodType<Value>;
  /** Whether a value is one that `record` hands on as it is; false says nothing. Absent where nothing is gained by asking. */
  fits?(json: unknown): boolean;
  /** Checks the frame that clients are sent. Fields it does not know stay. */
  frame: z.ZodType<Frame>;
  /** What both ends know the event by. */
  eventId(value: Value): string;
  /** The frame of a record, without a number. */
  toFrame(value: Value): Frame;
}

/** Fields of every event but a message, which has older names for some of them. */
export const EVENT_FIELDS = {
  event_id: Uuid,
  conversation_id: Uuid,
  /** Who did it. Absent from entries that were written before entries had it. */
  actor_id: Uuid.optional(),
  /** When: RFC 3339, UTC, milliseconds. Absent from entries that were written before entries had it. */
  at: z.iso.datetime().optional(),
};

/** Its number in the user's inbox; absent on a live copy, whose number follows in `stored`. */
export const SEQ = z.int().min(1).exactOptional();

const clientId = z.string().min(1).max(LIMITS.clientIdCharacters).optional();
/** Fields of every frame that asks for an event: see CommandFields. */
export const COMMAND_FIELDS = {
  id: clientId,
  sender_id: Uuid.optional(),
  recipient_id: Uuid.optional(),
  conversation_id: Uuid.optional(),
  after: clientId,
};

/** Whether a command names where it goes, once. */
export function namesOneTarget(frame: Pick<CommandFields, 'recipient_id' | 'conversation_id'>): boolean {
  return (frame.recipient_id === undefined) !== (frame.conversation_id === undefined);
}
export const ONE_TARGET = { error: 'name exactly one of recipient_id and conversation_id' };

/** A kind whose record and frame differ in nothing but `kind`, `type` and `seq`: every kind but `message`. */
export function defineEvent<Name extends string, Shape extends z.ZodRawShape>(
  kind: Name,
  number: number,
  fields: Shape,
) {
  const record = z.looseObject({ ...EVENT_FIELDS, recipient_id: Uuid.optional(), ...fields, kind: z.literal(kind) });
  const frame = z.looseObject({ ...EVENT_FIELDS, ...fields, type: z.literal(kind), seq: SEQ });
  type Value = Known<z.infer<typeof record>>;
  type Frame = Known<z.infer<typeof frame>>;
  return {
    kind,
    number,
    record: record as unknown as z.ZodType<Value>,
    frame: frame as unknown as z.ZodType<Frame>,
    eventId: (value: Value) => (value as { event_id: string }).event_id,
    toFrame: ({ kind: type, ...rest }: Value) => ({ type, ...rest }) as unknown as Frame,
  } satisfies EventKind<Name, Value, Frame>;
}

/** The same of an event that concerns the user `user_id` alone. */
export function definePersonalEvent<Name extends string, Shape extends z.ZodRawShape>(
  kind: Name,
  number: number,
  fields: Shape,
) {
  return { ...defineEvent(kind, number, { user_id: Uuid, ...fields }), isPersonal: true as const };
}

/** Value of a record of a kind that `defineEvent` made. */
export type EventValue<Kind extends { record: z.ZodType }> = z.infer<Kind['record']>;
