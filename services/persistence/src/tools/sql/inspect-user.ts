import type { Queryable, Statement } from '@chat-app/database';

const INSPECT_USER: Statement = {
  name: 'inspect_user',
  text: `
select $1::uuid as user_id, coalesce((select last_seq from chat.inbox_heads where user_id = $1), 0) as inbox_head,
  (select count(*)::integer from chat.members where user_id = $1 and in_group) as groups,
  (select count(*)::integer from chat.members where user_id = $1 and not in_group) as direct_conversations,
  (
    select coalesce(jsonb_agg(jsonb_build_object(
      'device_id', d.device_id, 'received_seq', d.received_seq, 'updated_at', d.updated_at
    )), '[]'::jsonb)
    from (select * from chat.cursors where user_id = $1 order by updated_at desc limit 50) d
  ) as devices`,
};

/** The inbox of a user for an operator. */
export interface InspectedUser {
  user_id: string;
  inbox_head: number;
  groups: number;
  direct_conversations: number;
  devices: { device_id: string; received_seq: number; updated_at: string }[];
}

/** One user's inbox, and how far each device (at most 50, latest first) has confirmed it. */
export async function inspectUser(on: Queryable, id: string): Promise<InspectedUser> {
  const [row] = await on.query<InspectedUser>(INSPECT_USER, [id]);
  if (row === undefined) throw new Error('inspect_user answers one row');
  return row;
}
