import type { Queryable, Statement } from '@chat-app/database';
import { USER_OF_NAME } from '../../accounts/sql/user-of-name';
import type { NameKeys } from '../../accounts/username-key';

const READ_SESSION_WAIT: Statement = {
  name: 'read_session_wait',
  text: `
    select ceil(extract(epoch from created_at + make_interval(secs => 60) - clock_timestamp()) * 1000)::integer as wait_ms
    from auth.sessions
    where user_id = (${USER_OF_NAME})
      and created_at > clock_timestamp() - make_interval(secs => 60)
    order by created_at desc
    offset $3::integer - 1
    limit 1`,
};

/** Milliseconds until the user of this name has begun less than so many sessions within a minute; 0 where that is so. */
export async function readSessionWait(on: Queryable, { exact, folded }: NameKeys, perMinute: number): Promise<number> {
  const [row] = await on.query<{ wait_ms: number }>(READ_SESSION_WAIT, [exact, folded, perMinute]);
  return row === undefined ? 0 : Math.max(1, row.wait_ms);
}
