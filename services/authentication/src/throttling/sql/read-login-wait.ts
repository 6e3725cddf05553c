import type { Queryable, Statement } from '@chat-app/database';

const READ_LOGIN_WAIT: Statement = {
  name: 'read_login_wait',
  text: `
    select ceil(extract(epoch from blocked_until - clock_timestamp()) * 1000)::integer as wait_ms
    from auth.login_throttles
    where key = $1 and blocked_until > clock_timestamp()`,
};

/** How long this name is still blocked, in milliseconds; 0 where it is not. */
export async function readLoginWait(on: Queryable, key: Uint8Array): Promise<number> {
  const [row] = await on.query<{ wait_ms: number }>(READ_LOGIN_WAIT, [key]);
  return row === undefined ? 0 : Math.max(1, row.wait_ms);
}
