import type { Queryable, Statement } from '@chat-app/database';

/** One row for each change, in their order. Messages are locked in the order of their ids, before any inbox is. */
const READ_CHANGED_MESSAGES: Statement = {
  name: 'read_changed_messages',
  text: `
with message as materialized (
  select m.id, m.conversation_id, m.sender_id from chat.messages m where m.id = any ($2::uuid[]) order by m.id for update
)
select m.sender_id,
  exists (
    select from chat.members o where o.conversation_id = c.conversation_id and o.user_id = c.actor_id and o.role = 'owner'
  ) as is_owner,
  exists (select from chat.events e where e.id = c.event_id) as is_known
from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[])
  with ordinality as c (event_id, message_id, conversation_id, actor_id, ordinal)
left join message m on m.id = c.message_id and m.conversation_id = c.conversation_id
order by c.ordinal`,
};

/** What a change of a message depends on. */
export interface ChangedMessage {
  /** Null where there is no such message in the conversation. */
  sender_id: string | null;
  /** Whether whoever wants the change is an owner of the group. */
  is_owner: boolean;
  /** Whether the change is stored already. */
  is_known: boolean;
}

/** Reads what changes depend on, and locks the messages until the transaction ends. */
export function readChangedMessages(
  on: Queryable,
  changes: readonly { event_id: string; message_id: string; conversation_id: string; actor_id?: string | undefined }[],
): Promise<ChangedMessage[]> {
  return on.query<ChangedMessage>(READ_CHANGED_MESSAGES, [
    changes.map((change) => change.event_id),
    changes.map((change) => change.message_id),
    changes.map((change) => change.conversation_id),
    changes.map((change) => change.actor_id ?? null),
  ]);
}
