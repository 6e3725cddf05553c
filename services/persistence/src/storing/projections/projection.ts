import type { DeadMessageCode } from '@chat-app/protocol';
import type { Queryable } from '@chat-app/database';

/** An event as the store call takes it. */
export interface EventRow {
  eventId: string;
  /** Number of the kind: see the registry of the protocol. */
  kind: number;
  conversationId: string;
  actorId: string;
  /** The other user, of a direct conversation. */
  recipientId: string | undefined;
  /** The only user whose inbox gets it; undefined: everyone in the conversation. */
  userId: string | undefined;
  /** RFC 3339. */
  at: string;
  /** Of a message. */
  content: string | undefined;
  /** Custom data of a message. */
  data: object | undefined;
  /** Of a message what this version does not know, of any other kind the whole record. */
  body: object | undefined;
}

/** Why a record that can be read cannot be stored. */
export interface Fault {
  code: DeadMessageCode;
  reason: string;
}

/** Why an event may not be, by what is stored. */
export type Refusal = 'unknown_message' | 'forbidden';

/** What a kind of event does to the tables, beside its entries. */
export interface Projection<Value> {
  /** Whether records of the log may be of this kind; the others are made by a call of the API, in its transaction. */
  fromLog: boolean;
  /** Why a record that can be read cannot be stored; undefined where it can. */
  fault?(value: Value): Fault | undefined;
  /** Whether it is about a message, which may be in the same batch: it is stored after all that is not. */
  isAboutMessage?: boolean;
  /** Whether it is a state: stored, so that it happens once, but no entry of any inbox. */
  isState?: boolean;
  toRow(value: Value): EventRow;
  /** Which of these may not be, by what is stored: in the transaction that stores the others, before it does. */
  judge?(transaction: Queryable, values: readonly Value[]): Promise<readonly (Refusal | undefined)[]>;
  /** Effects beyond entry and row, in the transaction that stores: of those that were not there before. */
  apply?(transaction: Queryable, values: readonly Value[]): Promise<void>;
}
