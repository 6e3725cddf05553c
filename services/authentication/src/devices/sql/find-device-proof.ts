import type { Queryable, Statement } from '@chat-app/database';
import { USER_OF_NAME } from '../../accounts/sql/user-of-name';
import type { NameKeys } from '../../accounts/username-key';

const FIND_DEVICE_PROOF: Statement = {
  name: 'find_device_proof',
  text: `
    select user_id from auth.device_proofs
    where hash = $3 and user_id = (${USER_OF_NAME}) and expires_at > clock_timestamp()`,
};

/** Whether this is the proof of a device of the user of this name, and still good. */
export async function findDeviceProof(on: Queryable, hash: Uint8Array, { exact, folded }: NameKeys): Promise<boolean> {
  return (await on.query(FIND_DEVICE_PROOF, [exact, folded, hash])).length === 1;
}
