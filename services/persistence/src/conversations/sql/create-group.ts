import type { Statement } from '@chat-app/database';

/** A group with its owner $3 and members $4. */
export const CREATE_GROUP: Statement = {
  name: 'create_group',
  text: `
with created as (
  insert into chat.conversations (id, kind, title) values ($1, 'group', $2)
)
insert into chat.members (conversation_id, user_id, role, in_group)
select $1, $3::uuid, 'owner', true
union all
select $1, u.user_id, 'member', true from unnest($4::uuid[]) u (user_id)`,
};
