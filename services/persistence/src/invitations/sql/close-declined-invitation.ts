import type { Queryable, Statement } from '@chat-app/database';

/** As if the user had been in the group and left it for good: nobody may invite them again, nor may they come by themselves. */
const CLOSE_DECLINED_INVITATION: Statement = {
  name: 'close_declined_invitation',
  text: `
with closed as (
  delete from chat.invitations where conversation_id = $1 and user_id = $2 and declined_at is not null
  returning conversation_id, user_id
)
insert into chat.departures (conversation_id, user_id, for_good) select conversation_id, user_id, true from closed
on conflict (conversation_id, user_id) do update set for_good = true
returning 1`,
};

/** Ends an invitation that its user declined, so that it cannot be accepted any more; whether there was one. */
export async function closeDeclinedInvitation(on: Queryable, conversationId: string, userId: string): Promise<boolean> {
  return (await on.query(CLOSE_DECLINED_INVITATION, [conversationId, userId])).length > 0;
}
