/** Channel of everything that concerns one user: direct messages, positions, joins and leaves. */
export function userChannel(userId: string): string {
  return `user:${userId}`;
}

/** Channel of one group conversation. */
export function conversationChannel(conversationId: string): string {
  return `conversation:${conversationId}`;
}

/** Channel on which pods hear that a user may have come or gone: those alone whose users watch that one. */
export function presenceChannel(userId: string): string {
  return `presence:${userId}`;
}

/** Channel of sessions that were ended: every pod subscribes to it, authentication alone publishes there. */
export const ENDED_SESSIONS_CHANNEL = 'sessions:ended';

/** Channel on which the websocket pods say that they run. */
export const PODS_CHANNEL = 'pods:websocket';
