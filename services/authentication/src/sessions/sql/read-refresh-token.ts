import type { Queryable, Statement } from '@chat-app/database';

const READ_REFRESH_TOKEN: Statement = {
  name: 'read_refresh_token',
  text: `
    select
      expires_at <= clock_timestamp() as expired,
      used_at is not null as used,
      coalesce(used_at > clock_timestamp() - make_interval(secs => $2), false) as in_grace,
      successor_salt,
      attempt_hash
    from auth.refresh_tokens
    where hash = $1`,
};

export interface StoredRefreshToken {
  expired: boolean;
  used: boolean;
  /** Used within the grace of those who give no attempt id. */
  in_grace: boolean;
  /** Null where it has no successor, or its successor was used. */
  successor_salt: Uint8Array | null;
  /** Of the attempt that used it; empty where it had no id, null where a pod of the version before took it. */
  attempt_hash: Uint8Array | null;
}

/** State of a refresh token. The session must be locked. */
export async function readRefreshToken(
  on: Queryable,
  hash: Uint8Array,
  graceS: number,
): Promise<StoredRefreshToken | undefined> {
  const [row] = await on.query<StoredRefreshToken>(READ_REFRESH_TOKEN, [hash, graceS]);
  return row;
}
