/** Channel of everything that concerns one user: direct messages, positions, joins and leaves. */
export function userChannel(userId: string): string {
  return `user:${userId}`;
}

/** Channel of one group conversation. */
export function conversationChannel(conversationId: string): string {
  return `conversation:${conversationId}`;
}
