import { createHash, randomBytes } from 'node:crypto';
import type { Queryable } from '@chat-app/database';
import type { NameKeys } from '../accounts/username-key';
import type { Context } from '../context';
import { addDeviceProof } from './sql/add-device-proof';
import { findDeviceProof } from './sql/find-device-proof';
import { renewDeviceProof } from './sql/renew-device-proof';

/** Devices of a user that are remembered; the one not seen for longest is forgotten first. */
const DEVICES_PER_USER = 50;

/** What a device sent along, checked. */
export interface KnownDevice {
  proof: string;
  hash: Uint8Array;
}

/**
 * The device that a log-in comes from, where it proves that the user of this name logged in from it before. It opens
 * nothing: it only takes the attempt out of the delay that everybody else shares.
 */
export async function knownDevice(
  context: Context,
  proof: string | undefined,
  name: NameKeys,
): Promise<KnownDevice | undefined> {
  if (proof === undefined) return undefined;
  const hash = hashDeviceProof(proof);
  return (await findDeviceProof(context.database, hash, name)) ? { proof, hash } : undefined;
}

/** Remembers the device of a log-in that succeeded. @returns what it is to send along next time */
export async function rememberDevice(
  context: Context,
  on: Queryable,
  userId: string,
  known?: KnownDevice,
): Promise<string> {
  const ttlS = context.configuration.DEVICE_PROOF_TTL_S;
  if (known !== undefined && (await renewDeviceProof(on, known.hash, ttlS))) return known.proof;
  const proof = randomBytes(32).toString('base64url');
  await addDeviceProof(on, { hash: hashDeviceProof(proof), userId, ttlS, maxDevices: DEVICES_PER_USER });
  return proof;
}

function hashDeviceProof(proof: string): Uint8Array {
  return createHash('sha256').update(proof).digest();
}
