import type { Queryable, Statement } from '@chat-app/database';
import { LIMITS } from '@chat-app/protocol';
import { blockedWith } from '../../blocks/sql/read-blocks';
import { commonFeatures, CURRENT_EPOCH } from './announcement';

/** One row for each device, in their order; what is the same of all is in the first. Each is looked up by index, as if alone. */
const OPEN_CONNECTIONS: Statement = {
  name: 'open_connections',
  text: `
select
  coalesce(head.last_seq, 0) as head,
  least(
    coalesce(head.last_seq, 0),
    coalesce(own.received_seq, (select max(c.received_seq) from chat.cursors c where c.user_id = d.user_id), 0)
  ) as confirmed,
  coalesce(own.updated_at <= now() - interval '1 day', true) as is_stale,
  coalesce(head.expired_seq, 0) as expired,
  array(select m.conversation_id from chat.members m where m.user_id = d.user_id and m.in_group) as conversation_ids,
  array(${blockedWith('d.user_id', '$4')}) as blocks,
  case d.place when 1 then ${CURRENT_EPOCH} end as epoch,
  case d.place when 1 then ${commonFeatures('$3')} end as features
from unnest($1::uuid[], $2::text[]) with ordinality d (user_id, device_id, place)
left join lateral (
  select h.last_seq, h.expired_seq from chat.inbox_heads h where h.user_id = d.user_id limit 1
) head on true
left join lateral (
  select c.received_seq, c.updated_at from chat.cursors c
  where c.user_id = d.user_id and c.device_id = d.device_id limit 1
) own on true
order by d.place`,
};

export interface DeviceOfUser {
  user_id: string;
  device_id: string;
}

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
  /** With whom the user exchanges no direct messages. */
  blocks: string[];
}

/** Of each device, in their order; the current numbering; of these features those that every pod has. At least one device. */
export async function openConnections(
  on: Queryable,
  devices: readonly DeviceOfUser[],
  features: readonly string[],
): Promise<{ connections: OpenedConnection[]; epoch: string; features: string[] }> {
  const rows = await on.query<OpenedConnection & { epoch: string | null; features: string[] | null }>(
    OPEN_CONNECTIONS,
    [devices.map(({ user_id }) => user_id), devices.map(({ device_id }) => device_id), features, LIMITS.blocks],
  );
  const [first] = rows;
  if (first === undefined || first.epoch === null || first.features === null || rows.length !== devices.length) {
    throw new Error('open_connections answers one row for each device, and in the first what is the same of all');
  }
  return { connections: rows, epoch: first.epoch, features: first.features };
}
