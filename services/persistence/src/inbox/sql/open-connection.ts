import type { Queryable, Statement } from '@chat-app/database';
import { commonFeatures, CURRENT_EPOCH } from './announcement';

/** Always one row. */
const OPEN_CONNECTION: Statement = {
  name: 'open_connection',
  text: `
select
  coalesce(head.last_seq, 0) as head,
  least(
    coalesce(head.last_seq, 0),
    coalesce(
      (select c.received_seq from chat.cursors c where c.user_id = $1 and c.device_id = $2),
      (select max(c.received_seq) from chat.cursors c where c.user_id = $1),
      0
    )
  ) as confirmed,
  not exists (
    select from chat.cursors c
    where c.user_id = $1 and c.device_id = $2 and c.updated_at > now() - interval '1 day'
  ) as is_stale,
  coalesce(head.expired_seq, 0) as expired,
  array(select m.conversation_id from chat.members m where m.user_id = $1 and m.in_group) as conversation_ids,
  ${CURRENT_EPOCH} as epoch,
  ${commonFeatures('$3')} as features
from (select $1::uuid as user_id) u left join chat.inbox_heads head on head.user_id = u.user_id`,
};

/** Where a device stands, and what a pod needs to know of its user. */
export interface OpenedConnection {
  head: number;
  confirmed: number;
  /** The device has no cursor, or one that was not touched for a day. */
  is_stale: boolean;
  /** Entries up to this one are gone. */
  expired: number;
  /** Groups of the user. */
  conversation_ids: string[];
  epoch: string;
  features: string[];
}

/** Head and confirmed position of a device, and the groups of its user; of these features those that every pod has. */
export async function openConnection(
  on: Queryable,
  userId: string,
  deviceId: string,
  features: readonly string[],
): Promise<OpenedConnection> {
  const [row] = await on.query<OpenedConnection>(OPEN_CONNECTION, [userId, deviceId, features]);
  if (row === undefined) throw new Error('open_connection answers one row');
  return row;
}
