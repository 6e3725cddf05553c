import type { Queryable, Statement } from '@chat-app/database';

const READ_LOGIN_WAIT: Statement = {
  name: 'read_login_wait',
  text: `
    select ceil(extract(epoch from max(blocked_until) - clock_timestamp()) * 1000)::integer as wait_ms
    from auth.login_throttles
    where key in (select decode(key, 'hex') from unnest($1::text[]) as asked (key)) and blocked_until > clock_timestamp()`,
};

/** How long one of these counts is still blocked, in milliseconds; 0 where none is. */
export async function readLoginWait(on: Queryable, keys: readonly string[]): Promise<number> {
  const [row] = await on.query<{ wait_ms: number | null }>(READ_LOGIN_WAIT, [keys]);
  return row === undefined || row.wait_ms === null ? 0 : Math.max(1, row.wait_ms);
}
