import type { Statement } from '@chat-app/database';

/** What these users are to a conversation, and how many members and owners it has. Always one row. */
export const READ_ROLES: Statement = {
  name: 'read_roles',
  text: `
select
  (select m.role from chat.members m where m.conversation_id = $1 and m.user_id = $2) as caller_role,
  (select m.role from chat.members m where m.conversation_id = $1 and m.user_id = $3) as target_role,
  count(*)::integer as members,
  count(*) filter (where m.role = 'owner')::integer as owners
from chat.members m where m.conversation_id = $1`,
};

export interface ReadRolesRow {
  caller_role: 'owner' | 'member' | null;
  target_role: 'owner' | 'member' | null;
  members: number;
  owners: number;
}
