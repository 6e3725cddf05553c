import type { Queryable, Statement } from '@chat-app/database';

const READ_TIME: Statement = { name: 'read_time', text: 'select clock_timestamp() as now' };

/** The time of the database: rows are dated by it, and a pod whose clock is wrong must not take them for old. */
export async function readTime(on: Queryable): Promise<Date> {
  const [row] = await on.query<{ now: Date }>(READ_TIME);
  if (row === undefined) throw new Error('read_time answers one row');
  return row.now;
}
