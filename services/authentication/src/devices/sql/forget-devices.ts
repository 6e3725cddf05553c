import type { Queryable, Statement } from '@chat-app/database';

const FORGET_DEVICES: Statement = {
  name: 'forget_devices',
  text: 'delete from auth.device_proofs where user_id = $1',
};

/**
 * Forgets every device of a user: they may be a thief's. A statement after that which changes the password, which waits for
 * log-ins in progress: only so it sees what they added.
 */
export async function forgetDevices(on: Queryable, userId: string): Promise<void> {
  await on.query(FORGET_DEVICES, [userId]);
}
