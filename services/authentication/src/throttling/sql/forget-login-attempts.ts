import type { Queryable, Statement } from '@chat-app/database';

/** What others failed is not forgiven: a count that is shared only loses the attempt that succeeded. */
const FORGET_LOGIN_ATTEMPTS: Statement = {
  name: 'forget_login_attempts',
  text: `
    with forgotten as (
      delete from auth.login_throttles where key = decode($1, 'hex')
    )
    update auth.login_throttles set failures = greatest(0, failures - 1), blocked_until = least(blocked_until, clock_timestamp())
    where key in (select decode(key, 'hex') from unnest($2::text[]) as shared (key))`,
};

/** Forgets the failures of a count whose owner got in, and takes the attempt out of those that it shares with others. */
export async function forgetLoginAttempts(on: Queryable, key: string, shared: readonly string[]): Promise<void> {
  await on.query(FORGET_LOGIN_ATTEMPTS, [key, shared]);
}
