import type { Queryable, Statement } from '@chat-app/database';

const DELETE_EXPIRED_REFRESH_TOKENS: Statement = {
  name: 'delete_expired_refresh_tokens',
  text: `
    delete from auth.refresh_tokens where hash in (
      select hash from auth.refresh_tokens where expires_at < clock_timestamp()
      limit $1
      for update skip locked
    )
    returning session_id`,
};

/** Deletes at most `limit` refresh tokens past their expiry; answers how many. */
export async function deleteExpiredRefreshTokens(on: Queryable, limit: number): Promise<number> {
  return (await on.query(DELETE_EXPIRED_REFRESH_TOKENS, [limit])).length;
}
