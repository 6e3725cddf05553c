/**
 * Calls between the services: HTTP with JSON, on internal ports that are never routed from outside, each carrying the
 * shared secret in INTERNAL_SECRET_HEADER. persistence answers on :8091, authentication on :8001.
 */
import { z } from 'zod';
import { Emoji } from '../events/reacted';
import { DeviceId, Uuid } from '../identifier-schemas';
import { LIMITS } from '../limits';
import type { Known } from '../known';

export const INTERNAL_SECRET_HEADER = 'x-internal-secret';

/** `POST /internal/connections` (persistence): where a device resumes, and the groups of its user. */
export const OpenConnectionRequest = z.object({
  user_id: Uuid,
  device_id: DeviceId,
  /**
   * A new device gets a position of its own now, before it confirms anything: else it would start anew, after what other
   * devices confirmed, should it come back first. False for a name that nobody will use again.
   */
  keep_position: z.boolean().default(true),
  /** More unconfirmed entries than this are skipped. */
  catch_up_entries: z.int().min(0).max(LIMITS.mostCatchUpEntries).default(LIMITS.catchUpEntries),
});
export type OpenConnectionRequest = z.infer<typeof OpenConnectionRequest>;
/**
 * What a server can do, by word: kinds of events (`EVENT_KINDS`), and `data`. A pod takes a command only where
 * persistence announced its kind.
 */
const Features = z.array(z.string());

const Opened = {
  /** Number of the newest entry of the user's inbox. */
  head: z.int().min(0),
  /** The first entry to send is `position + 1`. */
  position: z.int().min(0),
  /** Unconfirmed entries left out before `position`. */
  skipped: z.int().min(0),
  /** Groups the user is a member of. */
  conversation_ids: z.array(z.string()),
};
const Announced = {
  /** The numbering that `head` and `position` belong to. */
  epoch: z.string(),
  /** What every pod of persistence knows, sorted. */
  features: Features,
};

export const OpenConnectionResponse = z.looseObject({
  ...Opened,
  ...Announced,
  /** Users whom this user may not write to, nor they this user; absent from persistence of the version before. */
  blocks: z.array(z.string()).exactOptional(),
});
export type OpenConnectionResponse = Known<z.infer<typeof OpenConnectionResponse>>;

/** `POST /internal/connections/batch` (persistence): the same of many devices, answered in their order. */
export const OpenConnectionsRequest = z.object({
  connections: z.array(OpenConnectionRequest).min(1).max(LIMITS.connectionsPerCall),
});
export const OpenConnectionsResponse = z.looseObject({
  connections: z.array(z.looseObject({ ...Opened, blocks: z.array(z.string()) })),
  ...Announced,
});
export type OpenConnectionsResponse = Known<z.infer<typeof OpenConnectionsResponse>>;

/** `GET /internal/inbox?user_id&after&limit` (persistence): entries `after + 1` and on, ascending, without gaps. */
export const InboxRequest = z.object({
  user_id: Uuid,
  after: z.coerce.number().int().min(0),
  limit: z.coerce.number().int().min(1).max(LIMITS.inboxPage).default(LIMITS.inboxPage),
});

/** An entry of any kind, known or not: `body` is the encoded frame, `type` and `seq` in it, for clients as it is. */
export const EncodedEntry = z.looseObject({
  kind: z.string(),
  seq: z.int().min(1),
  event_id: z.string(),
  conversation_id: z.string().optional(),
  /** When it was accepted, milliseconds since the epoch, where that is known. */
  accepted_at_ms: z.number().optional(),
  body: z.string(),
});
export type EncodedEntry = Known<z.infer<typeof EncodedEntry>>;

const Page = {
  head: z.int().min(0),
  entries: z.array(EncodedEntry),
  /** Entries up to this one are gone, more than was asked for: the reader has to begin anew. */
  expired: z.int().min(0).exactOptional(),
};
/** The numbering that the entries belong to. */
const Numbering = { epoch: z.string() };
export const InboxPage = z.looseObject({ ...Page, ...Numbering });
export type InboxPage = Known<z.infer<typeof InboxPage>>;

/** `POST /internal/inboxes` (persistence): the same of many inboxes, a few entries of each, answered in their order. */
export const InboxesRequest = z.object({
  inboxes: z
    .array(z.object({ user_id: Uuid, after: z.int().min(0) }))
    .min(1)
    .max(LIMITS.inboxesPerCall),
});
export const InboxesResponse = z.looseObject({ inboxes: z.array(z.looseObject(Page)), ...Numbering });
export type InboxesResponse = Known<z.infer<typeof InboxesResponse>>;

/** `POST /internal/heads` (persistence): number of the newest entry of each inbox; users without one are left out. */
export const HeadsRequest = z.object({ user_ids: z.array(Uuid).max(LIMITS.usersPerCall) });
export const HeadsResponse = z.looseObject({
  heads: z.record(z.string(), z.int().min(0)),
  epoch: z.string(),
  features: Features,
  /** As in OpenConnectionResponse, by user; users without any are left out. */
  blocks: z.record(z.string(), z.array(z.string())).exactOptional(),
});
export type HeadsResponse = Known<z.infer<typeof HeadsResponse>>;

/**
 * `POST /internal/cursors` (persistence): what devices confirmed. A cursor never goes back. One with an `epoch` other than
 * the current one is of a numbering that is no more and changes nothing. Answers 204.
 */
export const CursorsRequest = z.object({
  cursors: z
    .array(
      z.object({
        user_id: Uuid,
        device_id: DeviceId,
        received_seq: z.int().min(0),
        epoch: Uuid.optional(),
        /** False for a device whose name was not its own choice: such devices of a user share one cursor. */
        named: z.boolean().optional(),
      }),
    )
    .max(LIMITS.usersPerCall),
});
export type Cursor = z.infer<typeof CursorsRequest>['cursors'][number];

/**
 * `GET /internal/conversations/{conversation_id}/members/{user_id}` (persistence): 200 where the user is a member, 404
 * `unknown_conversation` where not or where there is no such conversation.
 */
export const MembershipResponse = z.object({
  conversation_id: z.string(),
  kind: z.enum(['direct', 'group']),
  /** The other user of a direct conversation (the same user in a conversation with oneself). */
  recipient_id: z.string().optional(),
  /** How many members a group has; absent from persistence of the version before. */
  members: z.int().min(0).optional(),
});
export type MembershipResponse = z.infer<typeof MembershipResponse>;

/** `POST /internal/contacts` (persistence): those of these users with whom this one is in a conversation. */
export const ContactsRequest = z.object({ user_id: Uuid, user_ids: z.array(Uuid).max(LIMITS.watchedUsers) });
export const ContactsResponse = z.looseObject({
  contacts: z.array(z.string()),
  /** Whether this user lets others know when they were here last; absent from persistence of the version before. */
  shows_last_seen: z.boolean().optional(),
  /** Those of the contacts who do not; absent likewise. */
  hiding_last_seen: z.array(z.string()).optional(),
});

/** `PUT /internal/last-seen` (persistence): these users were here until now. Answers 204. */
export const SeenRequest = z.object({ user_ids: z.array(Uuid).max(LIMITS.usersPerCall) });
/**
 * `POST /internal/last-seen` (persistence): when these users were here last. Of those who let others know; without `at` where it
 * is not known.
 */
export const LastSeenRequest = SeenRequest;
export const LastSeenResponse = z.looseObject({
  users: z.array(z.looseObject({ user_id: z.string(), at: z.iso.datetime().optional() })),
});

/**
 * `POST /internal/changes` (persistence): whether this user may change this message so. A message that was accepted a moment
 * ago is waited for.
 */
export const AskChangeRequest = z.object({
  kind: z.enum(['edited', 'deleted', 'reacted']),
  actor_id: Uuid,
  conversation_id: Uuid,
  message_id: Uuid,
  /** Of a reaction. */
  emoji: Emoji.optional(),
  on: z.boolean().optional(),
});
export type AskChangeRequest = z.infer<typeof AskChangeRequest>;
export const AskChangeResponse = z.looseObject({
  /** Why not; absent where they may. */
  refused: z.enum(['unknown_message', 'forbidden', 'too_late', 'too_many_reactions']).optional(),
  /** When it was last edited: what comes after that is later, whatever a clock says. */
  edited_at: z.string().optional(),
});
export type AskChangeResponse = Known<z.infer<typeof AskChangeResponse>>;

/** `POST /internal/users/unknown` (authentication): which of these users do not exist. */
export const UnknownUsersRequest = z.object({ user_ids: z.array(Uuid).max(LIMITS.usersPerCall) });
export const UnknownUsersResponse = z.object({ unknown: z.array(z.string()) });

/**
 * `POST /internal/sessions/ended` (authentication): which of these sessions were ended (log-out, reuse of a refresh
 * token, password change). Asked by the reconciliation, so that a lost `signed_out` still closes a socket.
 */
export const EndedSessionsRequest = z.object({ session_ids: z.array(Uuid).max(LIMITS.usersPerCall) });
export const EndedSessionsResponse = z.object({ ended: z.array(z.string()) });

/**
 * `GET /internal/sessions/ended?since` (authentication): sessions that ended, oldest end first, while a token of theirs may
 * be good. `since` is the `next` of the answer before; without it all of them. Asked by every pod every second, so that
 * the end of a session reaches it without the fan-out.
 */
export const ListEndedSessionsRequest = z.object({
  since: z
    .string()
    .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z~[0-9a-f-]{36}$/)
    .optional(),
});
export const ListEndedSessionsResponse = z.looseObject({
  sessions: z.array(z.object({ session_id: z.string(), user_id: z.string() })),
  /** The last answers overlap: an end may be committed later than it happened. */
  next: z.string(),
  /** Whether the next answer has some already. */
  more: z.boolean(),
  /** How long after its end a token of a session may still be good. */
  keep_s: z.int().min(0),
});
export type ListEndedSessionsResponse = Known<z.infer<typeof ListEndedSessionsResponse>>;
