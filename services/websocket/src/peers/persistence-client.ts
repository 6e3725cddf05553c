import {
  encodeServerFrame,
  HeadsResponse,
  InboxResponse,
  MembershipResponse,
  OpenConnectionResponse,
  type Cursor,
  type InboxEntry,
} from '@chat-app/protocol';
import { isPlatformError, type ServiceClient } from '@chat-app/platform';

/** Whose device it is, and whether its name was its own choice: one that the server gave is hardly used again. */
export interface Device {
  userId: string;
  deviceId: string;
  named: boolean;
}

/** An entry of an inbox. */
export interface Entry {
  seq: number;
  /** What kind of event it tells; this service knows `joined` and `left`, and passes on the others. */
  kind: string;
  /** Undefined for an event that never travels live. */
  eventId: string | undefined;
  /** Type of the frame. */
  type: string;
  /** The frame for clients, encoded, with its number. */
  body: string;
  /** Where the user joined or left. */
  conversationId?: string;
  /** When a message was sent, ISO 8601. */
  sentAt?: string;
}

/** Consecutive entries of an inbox, and how far it reaches. */
export interface InboxPage {
  entries: readonly Entry[];
  head: number;
}

/**
 * What this service asks persistence.
 * Every call throws PlatformError service_unavailable (try again) or service_refused (a fault of ours).
 */
export interface PersistenceClient {
  /** Where a device resumes, and the groups of its user. Only a device that named itself keeps its position. */
  openConnection(device: Device, catchUpEntries: number): Promise<OpenConnectionResponse>;
  /** Entries `after + 1` and on. */
  readInbox(userId: string, after: number, limit: number): Promise<InboxPage>;
  /** Number of the newest entry of each inbox; users without one are left out. */
  readHeads(userIds: readonly string[]): Promise<Readonly<Record<string, number>>>;
  confirm(cursors: readonly Cursor[]): Promise<void>;
  /** Undefined where there is no such conversation or the user is not in it. */
  findMembership(conversationId: string, userId: string): Promise<MembershipResponse | undefined>;
}

/** Persistence over HTTP. */
export function createPersistenceClient(client: ServiceClient): PersistenceClient {
  return {
    openConnection: ({ userId, deviceId, named }, catchUpEntries) =>
      client.call({
        method: 'POST',
        path: '/internal/connections',
        body: { user_id: userId, device_id: deviceId, keep_position: named, catch_up_entries: catchUpEntries },
        response: OpenConnectionResponse,
      }),
    async readInbox(userId, after, limit) {
      const query = { user_id: userId, after, limit };
      const page = await client.call({ method: 'GET', path: '/internal/inbox', query, response: InboxResponse });
      return { head: page.head, entries: page.entries.map(entryOf) };
    },
    async readHeads(userIds) {
      const body = { user_ids: userIds };
      const { heads } = await client.call({ method: 'POST', path: '/internal/heads', body, response: HeadsResponse });
      return heads;
    },
    async confirm(cursors) {
      await client.call({ method: 'POST', path: '/internal/cursors', body: { cursors }, response: null });
    },
    async findMembership(conversationId, userId) {
      const path = '/internal/conversations/{conversation_id}/members/{user_id}';
      const params = { conversation_id: conversationId, user_id: userId };
      try {
        return await client.call({ method: 'GET', path, params, response: MembershipResponse });
      } catch (thrown) {
        if (isPlatformError(thrown, 'service_refused') && thrown.details['status'] === 404) return undefined;
        throw thrown;
      }
    },
  };
}

/** The entry as a client is sent it. */
export function entryOf(entry: InboxEntry): Entry {
  const { seq, kind } = entry;
  if (entry.kind === 'message') {
    const { message } = entry;
    const body = encodeServerFrame({ type: 'message', ...message, seq });
    return { seq, kind, eventId: message.message_id, type: 'message', body, sentAt: message.sent_at };
  }
  const { conversation_id } = entry;
  const body = encodeServerFrame({ type: 'conversation', seq, conversation_id, change: entry.kind });
  return { seq, kind, eventId: undefined, type: 'conversation', body, conversationId: conversation_id };
}
