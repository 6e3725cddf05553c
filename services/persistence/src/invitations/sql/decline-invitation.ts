import type { Queryable, Statement } from '@chat-app/database';

const DECLINE_INVITATION: Statement = {
  name: 'decline_invitation',
  text: `
update chat.invitations set declined_at = now()
where conversation_id = $1 and user_id = $2 and declined_at is null
returning 1`,
};

/** The user says no; whether there was an invitation that waited. */
export async function declineInvitation(on: Queryable, conversationId: string, userId: string): Promise<boolean> {
  return (await on.query(DECLINE_INVITATION, [conversationId, userId])).length > 0;
}
