import type { Queryable, Statement } from '@chat-app/database';

/** What a pod knows whose reads go by `expired_seq`; one that does not know it would look for entries that are gone. */
export const KNOWS_EXPIRED_ENTRIES = 'expired_entries';
/** What a pod knows that says of messages that they are gone, and of what was about them. */
export const KNOWS_EXPIRED_MESSAGES = 'expired_messages';

const CLAIM_CLEANUP: Statement = {
  name: 'claim_cleanup',
  text: `
select c.task, c.walked_to, c.cutoff, (select i.cleared_before from chat.cleanups i where i.task = 'inbox') as cleared_before
from chat.cleanups c
where c.task = any ($1::text[]) and c.due_at <= $2::timestamptz and not exists (
  select from chat.instances p
  where p.seen_at > now() - interval '1 minute' and not
    case c.task when 'messages' then '${KNOWS_EXPIRED_MESSAGES}' else '${KNOWS_EXPIRED_ENTRIES}' end = any (p.features))
order by c.due_at, c.task limit 1 for update of c skip locked`,
};
const CONTINUE_CLEANUP: Statement = {
  name: 'continue_cleanup',
  text: 'update chat.cleanups set due_at = $2::timestamptz where task = $1',
};
const SAVE_CLEANUP: Statement = {
  name: 'save_cleanup',
  text: `
update chat.cleanups set due_at = $2::timestamptz, walked_to = $3, cutoff = $4::timestamptz,
  cleared_before = coalesce($5::timestamptz, cleared_before)
where task = $1`,
};

/** Where a task stands. */
export interface Cleanup<Task extends string = string> {
  task: Task;
  /** How far the round came; empty at its beginning. */
  walked_to: string;
  /** Of the round, from its beginning. */
  cutoff: Date | null;
  /** No inbox has an entry of before. */
  cleared_before: Date | null;
}

/**
 * One of these tasks that is due, held until the transaction ends; undefined where none is due, others work on all that are,
 * or a pod of the version before runs.
 */
export async function claimCleanup<Task extends string>(
  transaction: Queryable,
  tasks: readonly Task[],
  now: Date,
): Promise<Cleanup<Task> | undefined> {
  const [row] = await transaction.query<Cleanup<Task>>(CLAIM_CLEANUP, [tasks, now]);
  return row;
}

/** Keeps where the task stands now, and when it is due again. */
export async function saveCleanup(
  transaction: Queryable,
  { task, walked_to, cutoff, cleared_before }: Cleanup,
  dueAt: Date,
): Promise<void> {
  await transaction.query(SAVE_CLEANUP, [task, dueAt, walked_to, cutoff, cleared_before]);
}

/** What the task waited for is done: it is due. */
export async function continueCleanup(on: Queryable, task: string, dueAt: Date): Promise<void> {
  await on.query(CONTINUE_CLEANUP, [task, dueAt]);
}
