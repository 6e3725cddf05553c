/**
 * What clients saw and what the stores hold: the two sides that the checker compares. Contents are
 * unique per send, so that a shown message can be traced to the send it came from.
 */

/** What users make of messages. */
export type Change = 'edit' | 'delete' | 'react';

/** One thing that happened at a client. `at` is milliseconds since the epoch, all on one clock. */
export type Observation =
  | { kind: 'sent'; at: number; user: string; client_id: string; conversation_id: string; content: string }
  | { kind: 'accepted'; at: number; user: string; client_id: string; message_id: string }
  | { kind: 'rejected'; at: number; user: string; client_id: string; code: string }
  | {
      kind: 'shown';
      at: number;
      user: string;
      device: string;
      message_id: string;
      conversation_id: string;
      sender_id: string;
      content: string;
    }
  /** The client learnt that this message is this entry of its user's inbox. */
  | { kind: 'positioned'; at: number; user: string; device: string; seq: number; message_id: string }
  /** A user asked for an edit, a deletion or a reaction; `content` is what an edit makes of the message. */
  | {
      kind: 'changing';
      at: number;
      user: string;
      message_id: string;
      conversation_id: string;
      change: Change;
      content: string;
    }
  /** The server accepted an edit, a deletion or a reaction; `content` is that of an edit, or the emoji, which is on or off. */
  | {
      kind: 'changed';
      at: number;
      askedAt: number;
      user: string;
      event_id: string;
      message_id: string;
      change: Change;
      content: string;
      on: boolean;
    }
  /** A device showed nothing of a conversation as unread any more, and this as the newest message of others. */
  | { kind: 'read'; at: number; user: string; device: string; conversation_id: string; message_id: string }
  /** A device shows a message in another state than before. */
  | { kind: 'showing'; at: number; user: string; device: string; message_id: string; state: MessageState }
  /** What a device shows at the end, of a message that was to be changed. */
  | { kind: 'final'; at: number; user: string; device: string; message_id: string; state: MessageState }
  /** How many messages of a conversation a device shows as unread at the end. */
  | { kind: 'badge'; at: number; user: string; device: string; conversation_id: string; unread: number };

/** What there is to see of a message. */
export interface MessageState {
  content: string;
  deleted: boolean;
  /** Emoji and user of each reaction, sorted. */
  reactions: readonly string[];
}

/** What PostgreSQL and `dead-messages` hold at the end, read directly, not through the services. */
export interface Stores {
  /** `number` is the order of storing. */
  messages: readonly {
    message_id: string;
    conversation_id: string;
    sender_id: string;
    content: string;
    number: number;
    /** What it is at the end; absent where nobody changed any. */
    state?: MessageState;
  }[];
  inbox: readonly { user_id: string; seq: number; message_id: string | null }[];
  heads: readonly { user_id: string; last_seq: number }[];
  /** To which number the read marker of each member came, and how many messages of others it leaves; absent where nobody reads. */
  markers?: readonly { user_id: string; conversation_id: string; number: number; unread: number }[];
  /** Ids in `dead-messages`. */
  dead: readonly string[];
  /** Ids that were re-published by the retry path: these may be stored later than their successors. */
  retried?: readonly string[];
}

/** What took part. */
export interface Population {
  /** Members of each conversation. */
  members: ReadonlyMap<string, readonly string[]>;
  /** Devices of each user that were connected and quiet at the end: everything must have been shown on them. */
  devices: ReadonlyMap<string, readonly string[]>;
  /** Anything the harness found still held after all clients had gone, by name. */
  leaks?: readonly string[];
}

export interface Evidence {
  observations: readonly Observation[];
  stores: Stores;
  population: Population;
}
