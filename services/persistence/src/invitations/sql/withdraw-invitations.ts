import type { Queryable, Statement } from '@chat-app/database';

const WITHDRAW_INVITATIONS: Statement = {
  name: 'withdraw_invitations',
  text: `
delete from chat.invitations
where conversation_id = $1 and ($2::uuid is null or user_id = $2) and declined_at is null
returning user_id`,
};

/** Ends invitations of a group that wait for an answer: that of one user, or all. Whose they were. */
export async function withdrawInvitations(
  on: Queryable,
  conversationId: string,
  userId: string | undefined,
): Promise<string[]> {
  const rows = await on.query<{ user_id: string }>(WITHDRAW_INVITATIONS, [conversationId, userId ?? null]);
  return rows.map((row) => row.user_id);
}
