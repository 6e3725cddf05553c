import { createHmac, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';

/** What a forger has: a good token of an own account, the public keys, and the id of somebody to be. */
export interface ForgerMeans {
  token: string;
  /** The text of the JWKS. */
  publicKeys: string;
  victimId: string;
}

export interface ForgedToken {
  how: string;
  token: string;
}

/** Tokens that no verifier may take, of each way that one has been taken somewhere (RFC 8725). */
export function forgeTokens({ token, publicKeys, victimId }: ForgerMeans): ForgedToken[] {
  const [header, claims] = decode(token);
  const own = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const nowS = Math.floor(Date.now() / 1_000);
  const es256 = (changedHeader: object, changedClaims: object): string =>
    signed({ ...header, ...changedHeader }, { ...claims, ...changedClaims }, own.privateKey);
  const victim = { sub: victimId };
  const jwk = { ...own.publicKey.export({ format: 'jwk' }), kid: 'own', alg: 'ES256', use: 'sig' };
  return [
    { how: 'alg none', token: `${encode({ ...header, alg: 'none' })}.${encode({ ...claims, ...victim })}.` },
    {
      how: 'alg nOnE, signature kept',
      token: `${encode({ ...header, alg: 'nOnE' })}.${parts(token).slice(1).join('.')}`,
    },
    { how: 'a key of the forger under the real key id', token: es256({}, victim) },
    { how: 'a key in the header', token: es256({ jwk, kid: 'own' }, victim) },
    { how: 'a key behind an address in the header', token: es256({ jku: 'http://127.0.0.1:9/', kid: 'own' }, victim) },
    { how: 'a key id that is a path', token: es256({ kid: '../../../../dev/null' }, victim) },
    {
      how: 'the public key as a secret',
      token: hmac({ ...header, alg: 'HS256' }, { ...claims, ...victim }, publicKeys),
    },
    { how: 'expired, of another key', token: es256({}, { exp: nowS - 3_600, iat: nowS - 7_200 }) },
    { how: 'another issuer', token: es256({}, { ...victim, iss: 'https://issuer.example' }) },
    { how: "another user's claims under the own signature", token: swapped(token, { ...claims, ...victim }) },
    { how: 'an empty signature', token: `${parts(token).slice(0, 2).join('.')}.${'A'.repeat(86)}` },
    { how: 'no token at all', token: 'x'.repeat(3_000) },
  ];
}

function parts(token: string): string[] {
  return token.split('.');
}

function decode(token: string): [Record<string, unknown>, Record<string, unknown>] {
  const [header = '', claims = ''] = parts(token);
  const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>;
  return [read(header), read(claims)];
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function signed(header: object, claims: object, key: KeyObject): string {
  const text = `${encode(header)}.${encode(claims)}`;
  return `${text}.${sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

function hmac(header: object, claims: object, secret: string): string {
  const text = `${encode(header)}.${encode(claims)}`;
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}

function swapped(token: string, claims: object): string {
  const [header = '', , signature = ''] = parts(token);
  return `${header}.${encode(claims)}.${signature}`;
}
