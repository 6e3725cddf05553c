import type { Queryable, Statement } from '@chat-app/database';

const TAKE_INVITATION: Statement = {
  name: 'take_invitation',
  text: `
with back as (
  delete from chat.departures where conversation_id = $1 and user_id = $2
)
delete from chat.invitations where conversation_id = $1 and user_id = $2 returning role`,
};

/** Ends an invitation because its user accepts it, also one that they declined before. Its role; undefined where there is none. */
export async function takeInvitation(
  on: Queryable,
  conversationId: string,
  userId: string,
): Promise<'owner' | 'member' | undefined> {
  const [row] = await on.query<{ role: 'owner' | 'member' }>(TAKE_INVITATION, [conversationId, userId]);
  return row?.role;
}
