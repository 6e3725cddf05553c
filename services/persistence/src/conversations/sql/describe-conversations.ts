import type { Reactions } from '@chat-app/protocol';
import { reactionsColumn } from '../../messages/message-row';

/**
 * Turns a CTE `page` (id, kind, title, data, created_at, role, settings, read_number, last_number, activity) into the columns of
 * ConversationRow for user $1. Of the unread messages at most the newest 1,000 are looked at.
 */
export const DESCRIBE_CONVERSATIONS = `
select p.id, p.kind, p.title, p.data, p.created_at, p.role, p.settings, p.activity, unread.count as unread_count,
  unread.mentions as unread_mention_count,
  case when p.kind = 'direct' then coalesce(
    (select o.user_id from chat.members o where o.conversation_id = p.id and o.user_id <> $1),
    $1
  ) end as peer_id,
  l.number as last_number, l.id as last_id, l.sender_id as last_sender_id, l.recipient_id as last_recipient_id, l.content as last_content,
  l.data as last_data, l.extra as last_extra,
  l.sent_at as last_sent_at, l.stored_at as last_stored_at, l.edited_at as last_edited_at,
  l.deleted_at as last_deleted_at, l.deleted_by as last_deleted_by, l.version as last_version,
  ${reactionsColumn('l', '$1::uuid')} as last_reactions
from page p
left join chat.messages l on l.conversation_id = p.id and l.number = p.last_number
cross join lateral (
  select count(*) filter (where recent.sender_id <> $1 and recent.deleted_at is null)::integer as count,
    count(*) filter (where recent.sender_id <> $1 and recent.extra -> 'mentions' ? $1::text)::integer as mentions
  from (
    select x.sender_id, x.deleted_at, x.extra from chat.messages x
    where x.conversation_id = p.id and x.number > p.read_number order by x.number desc limit 1000
  ) recent
) unread
order by p.activity desc`;

export interface ConversationRow {
  id: string;
  kind: 'direct' | 'group';
  title: string | null;
  data: Record<string, unknown> | null;
  created_at: Date;
  role: 'owner' | 'member';
  /** Those of the user that are not as by default. */
  settings: Record<string, unknown> | null;
  /** Grows with each message: newest activity has the largest. */
  activity: number;
  unread_count: number;
  unread_mention_count: number;
  peer_id: string | null;
  last_number: number | null;
  last_id: string | null;
  last_sender_id: string | null;
  last_recipient_id: string | null;
  last_content: string | null;
  last_data: Record<string, unknown> | null;
  last_extra: Record<string, unknown> | null;
  last_sent_at: Date | null;
  last_stored_at: Date | null;
  last_edited_at: Date | null;
  last_deleted_at: Date | null;
  last_deleted_by: string | null;
  last_version: number | null;
  last_reactions: Reactions | null;
}

/** What describing needs of each conversation `c` of a member `m`; a `where` follows. */
export const CONVERSATIONS_OF_MEMBERS = `select c.id, c.kind, c.title, c.data, c.created_at, m.role, m.settings,
    greatest(m.read_number, (
      select max(r.number) from chat.messages r where r.id = any (m.pending_reads) and r.conversation_id = m.conversation_id
    )) as read_number, last.number as last_number,
    coalesce(last.number, c.number) as activity
  from chat.members m
  join chat.conversations c on c.id = m.conversation_id
  left join lateral (
    select x.number from chat.messages x where x.conversation_id = c.id order by x.number desc limit 1
  ) last on true`;
