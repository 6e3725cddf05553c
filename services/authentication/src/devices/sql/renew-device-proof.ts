import type { Queryable, Statement } from '@chat-app/database';

const RENEW_DEVICE_PROOF: Statement = {
  name: 'renew_device_proof',
  text: `
    update auth.device_proofs set expires_at = clock_timestamp() + make_interval(secs => $2)
    where hash = $1
    returning user_id`,
};

/** Lets a proof be good for longer. False where it was forgotten meanwhile. */
export async function renewDeviceProof(on: Queryable, hash: Uint8Array, ttlS: number): Promise<boolean> {
  return (await on.query(RENEW_DEVICE_PROOF, [hash, ttlS])).length === 1;
}
