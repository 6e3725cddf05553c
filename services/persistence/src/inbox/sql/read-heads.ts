import type { Queryable, Statement } from '@chat-app/database';
import { commonFeatures, CURRENT_EPOCH } from './announcement';

const READ_HEADS: Statement = {
  name: 'read_heads',
  text: `
select user_id, last_seq from chat.inbox_heads where user_id = any ($1::uuid[])`,
};
const READ_ANNOUNCEMENT: Statement = {
  name: 'read_announcement',
  text: `
select ${CURRENT_EPOCH} as epoch, ${commonFeatures('$1')} as features`,
};

/** Newest entry number of each of these inboxes; users without one are left out. */
export async function readHeads(on: Queryable, userIds: readonly string[]): Promise<Record<string, number>> {
  const rows = await on.query<{ user_id: string; last_seq: number }>(READ_HEADS, [userIds]);
  return Object.fromEntries(rows.map((row) => [row.user_id, row.last_seq]));
}

/** The current numbering, and of these features those that every running pod has. */
export async function readAnnouncement(
  on: Queryable,
  features: readonly string[],
): Promise<{ epoch: string; features: string[] }> {
  const [row] = await on.query<{ epoch: string; features: string[] }>(READ_ANNOUNCEMENT, [features]);
  if (row === undefined) throw new Error('read_announcement answers one row');
  return row;
}
