import type { Queryable, Statement } from '@chat-app/database';

/** See migration 004. */
const BEGIN_EPOCH: Statement = { name: 'begin_epoch', text: 'select chat.begin_epoch($1) as epoch' };

/** Begins another numbering: clients forget their positions. Answers its name. */
export async function beginEpoch(on: Queryable, reason: string): Promise<string> {
  const [row] = await on.query<{ epoch: string }>(BEGIN_EPOCH, [reason]);
  if (row === undefined) throw new Error('begin_epoch answers one row');
  return row.epoch;
}
