import { v5 } from 'uuid';

/** Of `node:crypto` what is used of it here. */
interface Crypto {
  hash?(algorithm: 'sha1', data: Uint8Array, encoding: 'hex'): string;
}

/**
 * Node's hash in one call, where this runs on Node; a page asks it for no module. A pod makes an id for each message: by uuid,
 * which makes a hash object for each, it costs six times as much.
 */
const crypto = (
  globalThis as { process?: { getBuiltinModule?: (name: string) => Crypto | undefined } }
).process?.getBuiltinModule?.('node:crypto');

const encoder = new TextEncoder();
const NAMESPACE_BYTES = 16;
/** Holds what is hashed; names that may not fit get room of their own. No call is ever within another. */
const scratch = new Uint8Array(NAMESPACE_BYTES + 8_192);
/** UTF-8 of a UTF-16 code unit is no longer. */
const MOST_BYTES_OF_UNIT = 3;

/** The UUIDv5 (RFC 9562, section 5.5) of a name. */
export function nameBasedId(name: string, namespace: Uint8Array): string {
  if (crypto?.hash === undefined) return v5(encoder.encode(name), namespace);
  const most = NAMESPACE_BYTES + MOST_BYTES_OF_UNIT * name.length;
  const bytes = most <= scratch.length ? scratch : new Uint8Array(most);
  bytes.set(namespace);
  const { written } = encoder.encodeInto(name, bytes.subarray(NAMESPACE_BYTES));
  const hex = crypto.hash('sha1', bytes.subarray(0, NAMESPACE_BYTES + written), 'hex');
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
