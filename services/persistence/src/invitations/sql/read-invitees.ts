import type { Queryable, Statement } from '@chat-app/database';

/** Newest messages of a direct conversation among which one of the invited user's is sought. */
const SOUGHT_MESSAGES = 200;

/** One row for each user, in their order. */
const READ_INVITEES: Statement = {
  name: 'read_invitees',
  text: `
select x.user_id,
  exists (select from chat.invitations i where i.conversation_id = $1 and i.user_id = x.user_id and i.declined_at is not null)
    or exists (select from chat.departures d where d.conversation_id = $1 and d.user_id = x.user_id and d.for_good)
    or exists (select from chat.blocks b where b.user_id = x.user_id and b.blocked_id = $2) as refuses,
  exists (select from chat.invitations i where i.conversation_id = $1 and i.user_id = x.user_id) as is_invited,
  exists (select from chat.departures d where d.conversation_id = $1 and d.user_id = x.user_id) as has_left,
  exists (
    select from (
      select m.sender_id from chat.messages m where m.conversation_id = x.direct_id order by m.number desc limit ${SOUGHT_MESSAGES}
    ) recent where recent.sender_id = x.user_id
  ) as has_written,
  waiting.of_all, waiting.of_inviter
from unnest($3::uuid[], $4::uuid[]) with ordinality as x (user_id, direct_id, ordinal)
cross join lateral (
  select count(*)::integer as of_all, count(*) filter (where i.inviter_id = $2)::integer as of_inviter
  from chat.invitations i where i.user_id = x.user_id and i.declined_at is null
) waiting
order by x.ordinal`,
};

/** What decides whether a user is put into a group, asked, or left out. */
export interface Invitee {
  user_id: string;
  /** They declined an invitation to the group, left it for good, or block the inviter. */
  refuses: boolean;
  is_invited: boolean;
  /** They left the group by themselves. */
  has_left: boolean;
  /** They wrote to the inviter, among the newest messages of the two. */
  has_written: boolean;
  /** Invitations that wait for their answer, from anybody and from this inviter. */
  of_all: number;
  of_inviter: number;
}

/** Reads it for these users; `direct_id` is the direct conversation of each with the inviter. */
export function readInvitees(
  on: Queryable,
  conversationId: string,
  inviterId: string,
  users: readonly { user_id: string; direct_id: string }[],
): Promise<Invitee[]> {
  return on.query<Invitee>(READ_INVITEES, [
    conversationId,
    inviterId,
    users.map((user) => user.user_id),
    users.map((user) => user.direct_id),
  ]);
}
