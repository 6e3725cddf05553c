import type { Queryable, Statement } from '@chat-app/database';

const ADD_DEVICE_PROOF: Statement = {
  name: 'add_device_proof',
  text: `
    with surplus as (
      delete from auth.device_proofs where hash in (
        select hash from auth.device_proofs where user_id = $2
        order by expires_at desc
        offset $4::integer - 1
      )
    )
    insert into auth.device_proofs (hash, user_id, expires_at)
    values ($1, $2, clock_timestamp() + make_interval(secs => $3))`,
};

export interface NewDeviceProof {
  hash: Uint8Array;
  userId: string;
  ttlS: number;
  maxDevices: number;
}

/** Remembers a device of a user, and forgets those beyond the most that are remembered. */
export async function addDeviceProof(on: Queryable, { hash, userId, ttlS, maxDevices }: NewDeviceProof): Promise<void> {
  await on.query(ADD_DEVICE_PROOF, [hash, userId, ttlS, maxDevices]);
}
