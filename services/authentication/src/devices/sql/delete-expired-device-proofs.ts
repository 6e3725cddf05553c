import type { Queryable, Statement } from '@chat-app/database';

const DELETE_EXPIRED_DEVICE_PROOFS: Statement = {
  name: 'delete_expired_device_proofs',
  text: `
    delete from auth.device_proofs where hash in (
      select hash from auth.device_proofs where expires_at < clock_timestamp()
      limit $1
      for update skip locked
    )
    returning user_id`,
};

/** Deletes at most `limit` proofs past their expiry; answers how many. */
export async function deleteExpiredDeviceProofs(on: Queryable, limit: number): Promise<number> {
  return (await on.query(DELETE_EXPIRED_DEVICE_PROOFS, [limit])).length;
}
