import { z } from 'zod';
import { Uuid } from '../identifier-schemas';
import type { Known } from '../known';
import { LIMITS } from '../limits';

/** `watch`: tell this connection whether these users are there, now and when it changes. Takes the place of the one before. */
export const WatchRequest = z.object({
  type: z.literal('watch'),
  user_ids: z.array(Uuid).max(LIMITS.watchedUsers),
});
export type WatchRequest = z.infer<typeof WatchRequest>;

/** Whether somebody is connected. `unknown`: it cannot be told for now. */
export const PresenceState = z.enum(['online', 'offline', 'unknown']);
export type PresenceState = z.infer<typeof PresenceState>;

const WatchedPresence = z.looseObject({
  user_id: Uuid,
  state: PresenceState,
  /** Of one who is offline: when they were here last, where they and the one who asks both let others know. RFC 3339, UTC. */
  last_seen_at: z.iso.datetime().exactOptional(),
});

/** `presence`: how it is with these of the watched users. Those with whom one shares no conversation are never named. */
export const PresenceFrame = z.looseObject({ type: z.literal('presence'), users: z.array(WatchedPresence) });
export type PresenceFrame = Known<z.infer<typeof PresenceFrame>>;

/** On a user's presence channel: they came or went, look. Whether they are there stands in the leases. */
export const PresenceEnvelope = z.looseObject({ kind: z.literal('presence'), user_id: Uuid });
export type PresenceEnvelope = Known<z.infer<typeof PresenceEnvelope>>;
