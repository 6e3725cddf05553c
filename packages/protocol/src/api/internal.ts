/**
 * Calls between the services: HTTP with JSON, on internal ports that are never routed from outside, each carrying the
 * shared secret in INTERNAL_SECRET_HEADER. persistence answers on :8091, authentication on :8001.
 */
import { z } from 'zod';
import { DeviceId, Uuid } from '../identifiers';
import { LIMITS } from '../limits';
import { ChatMessage } from '../records/chat-message';

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
export const OpenConnectionResponse = z.object({
  /** Number of the newest entry of the user's inbox. */
  head: z.int().min(0),
  /** The first entry to send is `position + 1`. */
  position: z.int().min(0),
  /** Unconfirmed entries left out before `position`. */
  skipped: z.int().min(0),
  /** Groups the user is a member of. */
  conversation_ids: z.array(z.string()),
});
export type OpenConnectionResponse = z.infer<typeof OpenConnectionResponse>;

/** `GET /internal/inbox?user_id&after&limit` (persistence): entries `after + 1` and on, ascending, without gaps. */
export const InboxRequest = z.object({
  user_id: Uuid,
  after: z.coerce.number().int().min(0),
  limit: z.coerce.number().int().min(1).max(LIMITS.inboxPage).default(LIMITS.inboxPage),
});
export const InboxEntry = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('message'), seq: z.int().min(1), message: ChatMessage }),
  z.object({ kind: z.literal('joined'), seq: z.int().min(1), conversation_id: z.string() }),
  z.object({ kind: z.literal('left'), seq: z.int().min(1), conversation_id: z.string() }),
]);
export type InboxEntry = z.infer<typeof InboxEntry>;
export const InboxResponse = z.object({ entries: z.array(InboxEntry), head: z.int().min(0) });
export type InboxResponse = z.infer<typeof InboxResponse>;

/** `POST /internal/heads` (persistence): number of the newest entry of each inbox; users without one are left out. */
export const HeadsRequest = z.object({ user_ids: z.array(Uuid).max(LIMITS.usersPerCall) });
export const HeadsResponse = z.object({ heads: z.record(z.string(), z.int().min(0)) });

/** `POST /internal/cursors` (persistence): what devices confirmed. A cursor never goes back. Answers 204. */
export const CursorsRequest = z.object({
  cursors: z
    .array(z.object({ user_id: Uuid, device_id: DeviceId, received_seq: z.int().min(0) }))
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
});
export type MembershipResponse = z.infer<typeof MembershipResponse>;

/** `POST /internal/users/unknown` (authentication): which of these users do not exist. */
export const UnknownUsersRequest = z.object({ user_ids: z.array(Uuid).max(LIMITS.usersPerCall) });
export const UnknownUsersResponse = z.object({ unknown: z.array(z.string()) });

/**
 * `POST /internal/sessions/ended` (authentication): which of these sessions were ended (log-out, reuse of a refresh
 * token, password change). Asked by the sweep, so that a lost `signed_out` still closes a socket.
 */
export const EndedSessionsRequest = z.object({ session_ids: z.array(Uuid).max(LIMITS.usersPerCall) });
export const EndedSessionsResponse = z.object({ ended: z.array(z.string()) });
