import type { Queryable, Statement } from '@chat-app/database';
import { messageColumns, type StoredMessageRow } from '../../messages/message-row';

/** See migration 013. The caller holds the locks of the conversations. */
const BUMP_VERSIONS: Statement = {
  name: 'bump_versions',
  text: `
with drawn as materialized (
  select o.id, o.conversation_id, nextval('chat.numbers') as version from (
    select m.id, m.conversation_id from unnest($1::uuid[]) with ordinality c (id, ordinal)
    join chat.messages m on m.id = c.id order by c.ordinal
  ) o
), linked as (
  select d.id, d.version, coalesce(
    lag(d.version) over (partition by d.conversation_id order by d.version),
    (
      select x.version from chat.messages x
      where x.conversation_id = d.conversation_id and x.version is not null order by x.version desc limit 1
    ),
    0
  ) as previous from drawn d
)
update chat.messages m set version = l.version from linked l where m.id = l.id
returning ${messageColumns('m')}, m.stored_at, l.previous`,
};

/** A message after a change of it. */
export interface BumpedRow extends StoredMessageRow {
  version: number;
  /** The version of the conversation before. */
  previous: number;
}

/** Gives each of these messages the next version of its conversation, in this order, and answers what they are now. */
export function bumpVersions(on: Queryable, messageIds: readonly string[]): Promise<BumpedRow[]> {
  return on.query<BumpedRow>(BUMP_VERSIONS, [messageIds]);
}
