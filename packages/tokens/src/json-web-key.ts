import { createPublicKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';

/** A published key (RFC 7517): EC, P-256, for signatures. */
export const JsonWebKey = z.object({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: z.string(),
  y: z.string(),
  kid: z.string().min(1),
  alg: z.literal('ES256').optional(),
  use: z.literal('sig').optional(),
});
export type JsonWebKey = z.infer<typeof JsonWebKey>;

/** Body of a JWKS answer. */
export interface JsonWebKeySet {
  keys: JsonWebKey[];
}

/** The public half of a key, as it is published. @throws TypeError when it is not on P-256 */
export function toJsonWebKey(kid: string, publicKey: KeyObject): JsonWebKey {
  const parsed = JsonWebKey.safeParse({ ...publicKey.export({ format: 'jwk' }), kid, alg: 'ES256', use: 'sig' });
  if (!parsed.success) throw new TypeError('not an EC key on the curve P-256');
  return parsed.data;
}

/** Reads a key set. Keys of other kinds are for others and are left out. @throws when it is no key set */
export function readKeySet(body: unknown): ReadonlyMap<string, KeyObject> {
  const { keys } = z.object({ keys: z.array(z.unknown()) }).parse(body);
  const read = new Map<string, KeyObject>();
  for (const candidate of keys) {
    const parsed = JsonWebKey.safeParse(candidate);
    if (!parsed.success) continue;
    const { kty, crv, x, y, kid } = parsed.data;
    read.set(kid, createPublicKey({ key: { kty, crv, x, y }, format: 'jwk' }));
  }
  return read;
}
