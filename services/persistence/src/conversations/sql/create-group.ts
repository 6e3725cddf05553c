import type { Queryable, Statement } from '@chat-app/database';

const CREATE_GROUP: Statement = {
  name: 'create_group',
  text: `
with created as (
  insert into chat.conversations (id, kind, title, data) values ($1, 'group', $2, $5::jsonb)
)
insert into chat.members (conversation_id, user_id, role, in_group)
select $1, $3::uuid, 'owner', true
union all
select $1, u.user_id, 'member', true from unnest($4::uuid[]) u (user_id)`,
};

export interface NewGroup {
  id: string;
  title: string;
  data: object | undefined;
  ownerId: string;
  /** Without the owner. */
  memberIds: readonly string[];
}

/** A group with its owner and members. */
export async function insertGroup(on: Queryable, { id, title, data, ownerId, memberIds }: NewGroup): Promise<void> {
  const custom = data === undefined ? null : JSON.stringify(data);
  await on.query(CREATE_GROUP, [id, title, ownerId, memberIds, custom]);
}
