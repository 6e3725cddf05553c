import type { Queryable, Statement } from '@chat-app/database';

const DELETE_STALE_THROTTLES: Statement = {
  name: 'delete_stale_throttles',
  text: `
    delete from auth.login_throttles where key in (
      select key from auth.login_throttles
      where attempted_at < clock_timestamp() - make_interval(secs => $1) and blocked_until < clock_timestamp()
      limit $2
      for update skip locked
    )
    returning failures`,
};

/** Deletes at most `limit` counts whose last attempt is older than this; answers how many. */
export async function deleteStaleThrottles(on: Queryable, forgetAfterS: number, limit: number): Promise<number> {
  return (await on.query(DELETE_STALE_THROTTLES, [forgetAfterS, limit])).length;
}
