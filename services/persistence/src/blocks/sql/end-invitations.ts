import type { Queryable, Statement } from '@chat-app/database';

/** In one order whoever of the two blocks, so that two who block each other at once do not wait for one another. */
const END_INVITATIONS: Statement = {
  name: 'end_invitations_between',
  text: `
with waiting as (
  select i.conversation_id, i.user_id from chat.invitations i
  where i.declined_at is null
    and ((i.user_id = $1 and i.inviter_id = $2) or (i.user_id = $2 and i.inviter_id = $1))
  order by i.conversation_id, i.user_id
  for update
)
delete from chat.invitations i using waiting w
where i.conversation_id = w.conversation_id and i.user_id = w.user_id
returning i.conversation_id, i.user_id`,
};

/** Ends the invitations of each of two users by the other that wait for an answer. To which groups, and whose they were. */
export function endInvitationsBetween(
  on: Queryable,
  userId: string,
  otherId: string,
): Promise<{ conversation_id: string; user_id: string }[]> {
  return on.query(END_INVITATIONS, [userId, otherId]);
}
