import type { Queryable, Statement } from '@chat-app/database';

const PUT_INVITATIONS: Statement = {
  name: 'put_invitations',
  text: `
insert into chat.invitations (conversation_id, user_id, inviter_id, role)
select $1, u.user_id, $2, $3 from unnest($4::uuid[]) u (user_id)
on conflict (conversation_id, user_id) do update set role = excluded.role where invitations.declined_at is null`,
};

/** Invites users to a group; who is invited already is invited in this role from now on. */
export async function putInvitations(
  on: Queryable,
  conversationId: string,
  inviterId: string,
  role: string,
  userIds: readonly string[],
): Promise<void> {
  await on.query(PUT_INVITATIONS, [conversationId, inviterId, role, userIds]);
}
