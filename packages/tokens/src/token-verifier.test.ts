import { createHmac, createPublicKey, generateKeyPairSync, randomUUID, sign, type KeyObject } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { silentLogger } from '@chat-app/platform';
import { toJsonWebKey } from './json-web-key';
import { createTokenVerifier } from './token-verifier';

const SCOPE = { issuer: 'chat-app', audience: 'chat-app' };
const USER = '123e4567-e89b-12d3-a456-426614174000';
const SESSION = '789e0123-e45b-67d8-a901-324534567890';

function newKey(kid: string) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { kid, privateKey, publicKey, jwk: toJsonWebKey(kid, publicKey) };
}
type Key = ReturnType<typeof newKey>;

const nowS = () => Math.floor(Date.now() / 1_000);
const goodClaims = () => ({
  iss: 'chat-app',
  aud: 'chat-app',
  sub: USER,
  sid: SESSION,
  jti: randomUUID(),
  iat: nowS(),
  exp: nowS() + 600,
});

const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');

/**
 * Makes a token by hand (RFC 7515), every part free to be wrong; an undefined claim is left out. With `hmacSecret` it is
 * signed by HMAC instead of the key.
 */
function forge(
  key: Key,
  claims: Record<string, unknown> = {},
  header: Record<string, unknown> = {},
  hmacSecret?: string,
): string {
  const head = encode({ alg: 'ES256', typ: 'at+jwt', kid: key.kid, ...header });
  const input = `${head}.${encode({ ...goodClaims(), ...claims })}`;
  const signature =
    hmacSecret === undefined
      ? sign('sha256', Buffer.from(input), { key: key.privateKey, dsaEncoding: 'ieee-p1363' })
      : createHmac('sha256', hmacSecret).update(input).digest();
  return `${input}.${signature.toString('base64url')}`;
}

/** Rewrites the header of a token, leaving its signature as it is. */
function reheader(token: string, header: Record<string, unknown>): string {
  const [, payload, signature] = token.split('.');
  return `${encode(header)}.${payload}.${signature}`;
}

describe('the token verifier', () => {
  const key = newKey('k1');
  let keys: unknown[];
  let server: Server;
  let fetches: number;
  let status: number;
  let nowMs: number;
  let jwksUrl: string;
  let verifier: ReturnType<typeof createTokenVerifier>;

  beforeEach(async () => {
    keys = [key.jwk];
    fetches = 0;
    status = 200;
    nowMs = 1_000_000;
    server = createServer((_, response) => {
      fetches += 1;
      response.writeHead(status, { location: 'http://127.0.0.1:9/' }).end(JSON.stringify({ keys }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    jwksUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`;
    verifier = createTokenVerifier({ ...SCOPE, jwksUrl, logger: silentLogger, now: () => nowMs });
  });
  afterEach(async () => {
    verifier.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const refused = (token: string, code = 'token_invalid', reason = '') =>
    expect(verifier.verify(token)).rejects.toMatchObject({ code, message: expect.stringContaining(reason) as string });

  it('gives the claims of a valid token', async () => {
    const claims = goodClaims();
    await expect(verifier.verify(forge(key, claims))).resolves.toEqual({
      userId: USER,
      sessionId: SESSION,
      tokenId: claims.jti,
      issuedAt: claims.iat,
      expiresAt: claims.exp,
    });
  });

  describe('refuses', () => {
    const pem = (publicKey: KeyObject) => publicKey.export({ type: 'spki', format: 'pem' }) as string;

    it('HS256 with the public key as the secret (algorithm confusion)', async () => {
      const secrets = [pem(key.publicKey), JSON.stringify(key.jwk)];
      for (const secret of secrets) {
        await refused(forge(key, {}, { alg: 'HS256' }, secret), 'token_invalid', 'its algorithm is not ES256');
        await refused(forge(key, {}, {}, secret));
      }
    });

    it('a token that says HS256 or another algorithm over a valid ES256 signature', async () => {
      const token = forge(key);
      for (const alg of ['HS256', 'ES384', 'RS256', 'none', 'NONE', '', 'es256']) {
        await refused(reheader(token, { alg, typ: 'at+jwt', kid: 'k1' }));
      }
    });

    it('alg none, with and without a signature', async () => {
      const token = forge(key);
      const none = reheader(token, { alg: 'none', typ: 'at+jwt', kid: 'k1' });
      await refused(none);
      await refused(`${none.split('.').slice(0, 2).join('.')}.`);
    });

    it('a key that is not published, also under the name of one that is, or brought along', async () => {
      const foreign = newKey('k1');
      await refused(forge(foreign), 'token_invalid', 'invalid signature');
      await refused(forge(foreign, {}, { kid: 'unknown' }), 'token_invalid', 'its key is unknown');
      await refused(
        forge(foreign, {}, { jwk: foreign.jwk, jku: 'http://evil.example/jwks', x5u: 'http://evil.example' }),
      );
    });

    it.each([
      ['no kid', { kid: undefined }, 'it names no key'],
      ['an empty kid', { kid: '' }, 'it names no key'],
      ['a kid that is no text', { kid: 1 }, 'it names no key'],
      ['a kid like __proto__', { kid: '__proto__' }, 'its key is unknown'],
      ['no typ', { typ: undefined }, 'its type is not at+jwt'],
      ['typ JWT', { typ: 'JWT' }, 'its type is not at+jwt'],
      ['typ rt+jwt', { typ: 'rt+jwt' }, 'its type is not at+jwt'],
    ])('%s', async (_, header, reason) => {
      await refused(forge(key, {}, header), 'token_invalid', reason);
    });

    it.each([
      ['another issuer', { iss: 'other' }, 'jwt issuer invalid'],
      ['no issuer', { iss: undefined }, 'jwt issuer invalid'],
      ['another audience', { aud: 'other' }, 'jwt audience invalid'],
      ['no audience', { aud: undefined }, 'jwt audience invalid'],
      ['no sub', { sub: undefined }, 'sub is not a user id'],
      ['a sub that is no UUID', { sub: 'admin' }, 'sub is not a user id'],
      ['no sid', { sid: undefined }, 'sid is not a session id'],
      ['a sid that is no UUID', { sid: '1' }, 'sid is not a session id'],
      ['no jti', { jti: undefined }, 'jti is missing'],
      ['no exp', { exp: undefined }, 'iat or exp is missing'],
      ['no iat', { iat: undefined }, 'iat or exp is missing'],
      ['an iat in the future', { iat: nowS() + 60 }, 'iat is in the future'],
      ['an nbf in the future', { nbf: nowS() + 60 }, 'jwt not active'],
    ])('%s', async (_, claims, reason) => {
      await refused(forge(key, claims), 'token_invalid', reason);
    });

    it('an expired token, as such; five seconds of clock difference are forgiven', async () => {
      await refused(forge(key, { exp: nowS() - 10 }), 'token_expired');
      await expect(verifier.verify(forge(key, { exp: nowS() - 2, iat: nowS() + 3 }))).resolves.toMatchObject({
        userId: USER,
      });
    });

    it('a changed payload and a changed signature', async () => {
      const [header, payload, signature] = forge(key).split('.') as [string, string, string];
      const other = Buffer.from(JSON.stringify({ ...goodClaims(), sub: SESSION })).toString('base64url');
      await refused(`${header}.${other}.${signature}`, 'token_invalid', 'invalid signature');
      await refused(`${header}.${payload}.${'A'.repeat(signature.length)}`, 'token_invalid', 'invalid signature');
    });

    it('what does not have the shape of a token, without fetching keys', async () => {
      const token = forge(key);
      const odd = [
        '',
        'x',
        'a.b',
        'a.b.c.d',
        ` ${token}`,
        `${token}\n`,
        `${token}=`,
        token.replace('.', '..'),
        'é.b.c',
        `${'a'.repeat(5_000)}.b.c`,
        'e30.e30.e30',
      ];
      for (const text of odd) await refused(text);
      expect(fetches).toBe(0);
    });
  });

  describe('keys', () => {
    it('are fetched once for many tokens at the same time, and kept', async () => {
      await Promise.all(Array.from({ length: 20 }, () => verifier.verify(forge(key))));
      await verifier.verify(forge(key));
      expect(fetches).toBe(1);
    });

    it('are fetched at once for the first unknown kid, then for unknown ones at most every 30 s', async () => {
      await verifier.verify(forge(key));
      const next = newKey('k2');
      keys = [key.jwk, next.jwk];
      await expect(verifier.verify(forge(next))).resolves.toMatchObject({ userId: USER });
      expect(fetches).toBe(2);
      for (let made = 0; made < 10; made += 1) await refused(forge(newKey(`made-up-${made}`)));
      expect(fetches).toBe(2);
      nowMs += 30_000;
      await refused(forge(newKey('made-up')));
      expect(fetches).toBe(3);
    });

    it('are fetched again after five minutes, without making anyone wait; a withdrawn key then ends', async () => {
      await verifier.verify(forge(key));
      const next = newKey('k2');
      keys = [next.jwk];
      nowMs += 5 * 60_000;
      await verifier.verify(forge(key));
      await expect(verifier.verify(forge(next))).resolves.toBeDefined();
      await refused(forge(key));
      expect(fetches).toBeLessThanOrEqual(3);
    });

    it('stay in use for an hour while the issuer is unavailable, or publishes none, and no longer', async () => {
      await verifier.verify(forge(key));
      status = 500;
      nowMs += 30 * 60_000;
      await expect(verifier.verify(forge(key))).resolves.toBeDefined();
      keys = [];
      status = 200;
      nowMs += 29 * 60_000;
      await expect(verifier.verify(forge(key))).resolves.toBeDefined();
      nowMs += 60_000;
      await refused(forge(key), 'service_unavailable');
      keys = [key.jwk];
      nowMs += 1_000;
      await expect(verifier.verify(forge(key))).resolves.toBeDefined();
    });

    it('that were withdrawn while nobody asked for days are good for nothing, not even for one token', async () => {
      await verifier.verify(forge(key));
      keys = [newKey('k2').jwk];
      nowMs += 11 * 60_000;
      await Promise.all(Array.from({ length: 5 }, () => refused(forge(key))));
      keys = [newKey('k3').jwk];
      nowMs += 3 * 24 * 60 * 60_000;
      await refused(forge(key));
    });

    it('that are revoked are refused whatever is published', async () => {
      const strict = createTokenVerifier({ ...SCOPE, jwksUrl, revokedKeyIds: ['k0', 'k1'], logger: silentLogger });
      await expect(strict.verify(forge(key))).rejects.toMatchObject({ code: 'token_invalid' });
      expect(fetches).toBe(0);
      strict.close();
    });

    it('missing altogether are a service that is unavailable, tried again a second later', async () => {
      status = 503;
      await refused(forge(key), 'service_unavailable');
      await refused(forge(key), 'service_unavailable');
      expect(fetches).toBe(1);
      status = 200;
      nowMs += 1_000;
      await expect(verifier.verify(forge(key))).resolves.toBeDefined();
    });

    it('are never fetched through a redirect', async () => {
      status = 302;
      await refused(forge(key), 'service_unavailable');
    });

    it('of other kinds in the set are left out', async () => {
      const rsa = createPublicKey(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey).export({
        format: 'jwk',
      });
      keys = [
        { ...rsa, kid: 'rsa' },
        { kty: 'oct', k: 'c2VjcmV0', kid: 'oct' },
        'nonsense',
        { ...key.jwk, use: 'enc', kid: 'enc' },
        key.jwk,
      ];
      await expect(verifier.verify(forge(key))).resolves.toBeDefined();
      await refused(forge({ ...key, kid: 'enc' }));
      await refused(forge({ ...key, kid: 'oct' }, {}, { alg: 'HS256' }, 'secret'));
    });
  });
});
