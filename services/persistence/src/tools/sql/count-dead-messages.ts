import type { Queryable, Statement } from '@chat-app/database';

const COUNT_DEAD_MESSAGES: Statement = {
  name: 'count_dead_messages',
  text: `
select error_code, count(*) filter (where redriven_at is null)::integer as waiting,
  count(*) filter (where redriven_at is not null)::integer as redriven, max(failed_at) as newest
from chat.dead_messages group by error_code order by error_code`,
};

/** Dead messages of one code. */
export interface DeadMessageCount {
  error_code: string;
  waiting: number;
  redriven: number;
  newest: Date;
}

/** How many dead messages there are, by code: those that wait and those that were moved back. */
export function countDeadMessages(on: Queryable): Promise<DeadMessageCount[]> {
  return on.query<DeadMessageCount>(COUNT_DEAD_MESSAGES);
}
