import type { Queryable, Statement } from '@chat-app/database';

/** Always one row. */
const READ_ROLES: Statement = {
  name: 'read_roles',
  text: `
select
  (select m.role from chat.members m where m.conversation_id = $1 and m.user_id = $2) as caller_role,
  (select m.role from chat.members m where m.conversation_id = $1 and m.user_id = $3) as target_role,
  count(*)::integer as members,
  count(*) filter (where m.role = 'owner')::integer as owners
from chat.members m where m.conversation_id = $1`,
};

/** What two users are to a conversation, and how many members and owners it has. */
export interface Roles {
  caller_role: 'owner' | 'member' | null;
  target_role: 'owner' | 'member' | null;
  members: number;
  owners: number;
}

/** The roles of a caller and of the user that the call is about. */
export async function readRoles(on: Queryable, id: string, callerId: string, targetId: string): Promise<Roles> {
  const [row] = await on.query<Roles>(READ_ROLES, [id, callerId, targetId]);
  if (row === undefined) throw new Error('read_roles answers one row');
  return row;
}
