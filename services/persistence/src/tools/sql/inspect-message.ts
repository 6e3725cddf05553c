import type { Queryable, Statement } from '@chat-app/database';

const INSPECT_MESSAGE: Statement = {
  name: 'inspect_message',
  text: `
select m.id as message_id, m.conversation_id, m.sender_id, m.recipient_id, m.sent_at, m.stored_at,
  octet_length(m.content) as content_bytes, case when $2::boolean then m.content end as content,
  (
    select coalesce(jsonb_agg(jsonb_build_object('user_id', p.user_id, 'seq', entry.seq, 'confirmed_devices', (
      select count(*) from chat.cursors c where c.user_id = p.user_id and c.received_seq >= entry.seq
    )) order by p.user_id), '[]'::jsonb)
    from (select user_id from chat.members where conversation_id = m.conversation_id order by user_id limit 20) p
    left join lateral (
      -- From the newest entry back: there is no index by message.
      select i.seq from chat.inbox i where i.user_id = p.user_id and i.message_id = m.id order by i.seq desc limit 1
    ) entry on true
  ) as positions
from chat.messages m where m.id = $1`,
};

/** A stored message for an operator. */
export interface InspectedMessage {
  message_id: string;
  conversation_id: string;
  sender_id: string;
  recipient_id: string | null;
  sent_at: Date;
  stored_at: Date;
  content_bytes: number;
  content: string | null;
  /** `seq` is null for a member who joined later. */
  positions: { user_id: string; seq: number | null; confirmed_devices: number }[];
}

/**
 * One message, its content only where `content`, and where it stands in the inboxes of at most 20 members. Undefined where
 * it is not stored.
 */
export async function inspectMessage(
  on: Queryable,
  id: string,
  content: boolean,
): Promise<InspectedMessage | undefined> {
  const [row] = await on.query<InspectedMessage>(INSPECT_MESSAGE, [id, content]);
  return row;
}
