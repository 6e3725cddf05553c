import type { Queryable, Statement } from '@chat-app/database';

const SHOW_ACCOUNT: Statement = {
  name: 'show_account',
  text: `
    select
      users.id as user_id, users.username, users.created_at, users.disabled_at,
      users.initial_password_until,
      (select count(*)::integer from auth.sessions
        where user_id = users.id and ended_at is null and expires_at > clock_timestamp()) as sessions,
      (select count(*)::integer from auth.device_proofs
        where user_id = users.id and expires_at > clock_timestamp()) as known_devices
    from auth.users where id = $1`,
};

export interface Account {
  user_id: string;
  username: string;
  created_at: Date;
  disabled_at: Date | null;
  /** Until when the password, which an operator set, can be changed; null for one of the user's own. */
  initial_password_until: Date | null;
  sessions: number;
  known_devices: number;
}

/** What an operator may know of an account. */
export async function showAccount(on: Queryable, userId: string): Promise<Account | undefined> {
  const [row] = await on.query<Account>(SHOW_ACCOUNT, [userId]);
  return row;
}
