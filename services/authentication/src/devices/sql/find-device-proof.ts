import type { Queryable, Statement } from '@chat-app/database';

const FIND_DEVICE_PROOF: Statement = {
  name: 'find_device_proof',
  text: `
    select device_proofs.user_id
    from auth.device_proofs join auth.users on users.id = device_proofs.user_id
    where device_proofs.hash = $1 and users.username_key = $2 and device_proofs.expires_at > clock_timestamp()`,
};

/** Whether this is the proof of a device of the user of this name, and still good. */
export async function findDeviceProof(on: Queryable, hash: Uint8Array, usernameKey: string): Promise<boolean> {
  return (await on.query(FIND_DEVICE_PROOF, [hash, usernameKey])).length === 1;
}
