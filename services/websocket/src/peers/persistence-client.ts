import {
  AskChangeResponse,
  ContactsResponse,
  HeadsResponse,
  InboxesResponse,
  InboxPage,
  LastSeenResponse,
  MembershipResponse,
  OpenConnectionResponse,
  OpenConnectionsResponse,
  type AskChangeRequest,
  type Cursor,
  type OpenConnectionRequest,
} from '@chat-app/protocol';
import { isPlatformError, type ServiceClient } from '@chat-app/platform';

/** Whose device it is, and whether its name was its own choice: one that the server gave is hardly used again. */
export interface Device {
  userId: string;
  deviceId: string;
  named: boolean;
}

/** A device that connects, and how many entries it is sent that it did not confirm. */
export interface Opening {
  device: Device;
  catchUpEntries: number;
}

/** Where an inbox is read on. */
export interface Reading {
  userId: string;
  after: number;
}

/** Of the users one asked about. */
export interface Contacts {
  /** Those with whom one shares a conversation. */
  userIds: string[];
  /** Whether one is told when they were here last: not where one keeps one's own to oneself. */
  seesLastSeen: boolean;
  /** Those of them who let nobody know when they were here last. */
  hiding: string[];
}

/**
 * What this service asks persistence.
 * Every call throws PlatformError service_unavailable (try again) or service_refused (a fault of ours).
 */
export interface PersistenceClient {
  /** Where a device resumes, and the groups of its user. Only a device that named itself keeps its position. */
  openConnection(device: Device, catchUpEntries: number): Promise<OpenConnectionResponse>;
  /** The same of several, at most `LIMITS.connectionsPerCall`, answered in their order. Where persistence announces `opens_together`. */
  openConnections(openings: readonly Opening[]): Promise<OpenConnectionResponse[]>;
  /** Entries `after + 1` and on. */
  readInbox(userId: string, after: number, limit: number): Promise<InboxPage>;
  /** The same of several, at most `LIMITS.inboxesPerCall`, fewer entries of each, in their order. Where persistence announces `reads_together`. */
  readInboxes(readings: readonly Reading[]): Promise<InboxPage[]>;
  /** Number of the newest entry of each inbox (users without one are left out), and what persistence announces. */
  readHeads(userIds: readonly string[]): Promise<HeadsResponse>;
  confirm(cursors: readonly Cursor[]): Promise<void>;
  /** Undefined where there is no such conversation or the user is not in it. */
  findMembership(conversationId: string, userId: string): Promise<MembershipResponse | undefined>;
  /** Those of these users with whom this one is in a conversation. */
  findContacts(userId: string, userIds: readonly string[]): Promise<Contacts>;
  /** These users were here until now. */
  recordLastSeen(userIds: readonly string[]): Promise<void>;
  /** When these users were here last, by the clock on the wall; undefined where nobody knows. Those who hide it are left out. */
  findLastSeen(userIds: readonly string[]): Promise<ReadonlyMap<string, number | undefined>>;
  /** Whether a user may change a message so. */
  askChange(change: AskChangeRequest): Promise<AskChangeResponse>;
}

/** A question that is too long for a query. */
const READ_BY_BODY = { method: 'POST', repeatable: true } as const;

/** Persistence over HTTP. */
export function createPersistenceClient(client: ServiceClient): PersistenceClient {
  return {
    openConnection: (device, catchUpEntries) =>
      client.call({
        method: 'POST',
        path: '/internal/connections',
        body: openRequest({ device, catchUpEntries }),
        response: OpenConnectionResponse,
      }),
    async openConnections(openings) {
      const { connections, epoch, features } = await client.call({
        method: 'POST',
        path: '/internal/connections/batch',
        body: { connections: openings.map(openRequest) },
        response: OpenConnectionsResponse,
      });
      return connections.map((opened) => ({ ...opened, epoch, features }));
    },
    readInbox: (userId, after, limit) =>
      client.call({
        method: 'GET',
        path: '/internal/inbox',
        query: { user_id: userId, after, limit },
        response: InboxPage,
      }),
    async readInboxes(readings) {
      const { inboxes, epoch } = await client.call({
        ...READ_BY_BODY,
        path: '/internal/inboxes',
        body: { inboxes: readings.map(({ userId, after }) => ({ user_id: userId, after })) },
        response: InboxesResponse,
      });
      return inboxes.map((page) => ({ ...page, epoch }));
    },
    readHeads: (userIds) =>
      client.call({
        ...READ_BY_BODY,
        path: '/internal/heads',
        body: { user_ids: userIds },
        response: HeadsResponse,
      }),
    async findContacts(userId, userIds) {
      const body = { user_id: userId, user_ids: userIds };
      const answer = await client.call({
        method: 'POST',
        path: '/internal/contacts',
        body,
        response: ContactsResponse,
      });
      const { contacts, shows_last_seen, hiding_last_seen = [] } = answer;
      return { userIds: contacts, seesLastSeen: shows_last_seen === true, hiding: hiding_last_seen };
    },
    async recordLastSeen(userIds) {
      const body = { user_ids: userIds };
      await client.call({ method: 'PUT', path: '/internal/last-seen', body, response: null });
    },
    async findLastSeen(userIds) {
      const body = { user_ids: userIds };
      const call = { method: 'POST', path: '/internal/last-seen', body, response: LastSeenResponse } as const;
      const { users } = await client.call(call);
      return new Map(users.map(({ user_id, at }) => [user_id, at === undefined ? undefined : Date.parse(at)]));
    },
    askChange: (change) =>
      client.call({ method: 'POST', path: '/internal/changes', body: change, response: AskChangeResponse }),
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

function openRequest({ device, catchUpEntries }: Opening): OpenConnectionRequest {
  const { userId, deviceId, named } = device;
  return { user_id: userId, device_id: deviceId, keep_position: named, catch_up_entries: catchUpEntries };
}
