import { generateKeyPairSync } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger, silentLogger } from '@chat-app/platform';
import { readKeySet } from './json-web-key';
import { tokenKeyId, verifyToken } from './json-web-token';
import { createSigningKey } from './key-directory';
import { createTokenSigner, type TokenSigner, type TokenSignerOptions } from './token-signer';

const SCOPE = { issuer: 'chat-app', audience: 'chat-app' };
const WHO = { userId: '123e4567-e89b-12d3-a456-426614174000', sessionId: '789e0123-e45b-67d8-a901-324534567890' };

describe('the token signer', () => {
  let directory: string;
  let nowMs: number;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'keys-'));
    nowMs = Date.now();
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  function open(options: Partial<TokenSignerOptions> = {}): TokenSigner {
    return createTokenSigner({
      ...SCOPE,
      directory,
      accessTtlS: 600,
      publishBeforeUseS: 600,
      logger: silentLogger,
      now: () => nowMs,
      ...options,
    });
  }

  const pem = (namedCurve = 'P-256') =>
    generateKeyPairSync('ec', { namedCurve }).privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;

  /** Adds a key whose file is this many seconds old. */
  function addKey(kid: string, ageS: number, content = pem()): void {
    const path = join(directory, `${kid}.pem`);
    writeFileSync(path, content);
    utimesSync(path, (nowMs - ageS * 1_000) / 1_000, (nowMs - ageS * 1_000) / 1_000);
  }
  const signsWith = (signer: TokenSigner) => tokenKeyId(signer.sign(WHO).token);
  const published = (signer: TokenSigner) => signer.jwks().keys.map((key) => key.kid);

  it('signs tokens that the published keys verify', () => {
    const kid = createSigningKey(directory);
    const signer = open();
    const signed = signer.sign(WHO);
    const key = readKeySet(signer.jwks()).get(kid);
    expect(verifyToken(signed.token, key!, SCOPE)).toEqual({
      ...WHO,
      tokenId: signed.tokenId,
      issuedAt: Math.floor(nowMs / 1_000),
      expiresAt: signed.expiresAt,
    });
    expect(signed).toMatchObject({ expiresInS: 600, expiresAt: Math.floor(nowMs / 1_000) + 600 });
    expect(signer.sign(WHO).tokenId).not.toBe(signed.tokenId);
  });

  it('signs no token that outlives its session', () => {
    createSigningKey(directory);
    const signer = open();
    const nowS = Math.floor(nowMs / 1_000);
    const inSeconds = (seconds: number) => ({ ...WHO, sessionExpiresAt: new Date((nowS + seconds) * 1_000) });
    expect(signer.sign(inSeconds(30.9))).toMatchObject({ expiresInS: 30, expiresAt: nowS + 30 });
    expect(signer.sign(inSeconds(601))).toMatchObject({ expiresInS: 600, expiresAt: nowS + 600 });
    expect(signer.sign(inSeconds(-5))).toMatchObject({ expiresInS: 0, expiresAt: nowS });
  });

  it('publishes the public half only', () => {
    addKey('k1', 0);
    expect(Object.keys(open().jwks().keys[0]!).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
  });

  it('publishes a new key at once and signs with it once it is old enough', () => {
    addKey('a', 10_000);
    const signer = open();
    expect(signsWith(signer)).toBe('a');
    addKey('b', 0);
    nowMs += 5_000;
    expect(published(signer)).toEqual(['a', 'b']);
    expect(signsWith(signer)).toBe('a');
    nowMs += 594_000;
    expect(signsWith(signer)).toBe('a');
    nowMs += 5_000;
    expect(signsWith(signer)).toBe('b');
  });

  it('signs with the oldest while none is old enough', () => {
    addKey('b', 300);
    addKey('a', 100);
    expect(signsWith(open())).toBe('b');
  });

  it('decides by the names among keys that came together, as after the start of a pod', () => {
    addKey('20260101000000-a', 1_000);
    addKey('20260301000000-b', 1_000);
    expect(signsWith(open())).toBe('20260301000000-b');
  });

  it('takes the age of a key from its name, so that one put back is as old as it was', () => {
    const name = (agoS: number) => new Date(nowMs - agoS * 1_000).toISOString().replace(/\D/g, '').slice(0, 14);
    const [old, current] = [name(90 * 24 * 3_600), name(24 * 3_600)];
    addKey(current, 24 * 3_600);
    const signer = open();
    addKey(old, 0);
    nowMs += 5_000;
    expect(published(signer)).toEqual([old, current]);
    nowMs += 700_000;
    expect(signsWith(signer)).toBe(current);
  });

  it('signs at once with the key that other pods sign with, when it starts with files that are all new', () => {
    const name = (agoS: number) => new Date(nowMs - agoS * 1_000).toISOString().replace(/\D/g, '').slice(0, 14);
    const [old, current, tooNew] = [name(90 * 24 * 3_600), name(24 * 3_600), `${name(60)}-next`];
    for (const kid of [tooNew, old, current]) addKey(kid, 0);
    expect(signsWith(open())).toBe(current);
  });

  it('goes by the time of the file where a name is no time', () => {
    addKey('99999999999999', 1_000);
    addKey('202601010000001', 700);
    expect(signsWith(open())).toBe('202601010000001');
  });

  it('neither signs with a revoked key nor publishes it, whoever puts it back', () => {
    addKey('a', 10_000);
    const signer = open({ revokedKeyIds: ['b'] });
    addKey('b', 5_000);
    nowMs += 5_000;
    expect(signsWith(signer)).toBe('a');
    expect(published(signer)).toEqual(['a']);
    expect(() => open({ revokedKeyIds: ['a', 'b'] })).toThrow(/not revoked/);
  });

  it('ends a key whose file was removed', () => {
    addKey('a', 10_000);
    addKey('b', 5_000);
    const signer = open();
    rmSync(join(directory, 'b.pem'));
    nowMs += 5_000;
    expect(signsWith(signer)).toBe('a');
    expect(published(signer)).toEqual(['a']);
  });

  it('keeps the age of known keys when a Secret mount is swapped and every file is new', () => {
    const [old, added] = [pem(), pem()];
    for (const [version, files] of [
      ['..1', { old }],
      ['..2', { old, new: added }],
    ] as const) {
      mkdirSync(join(directory, version));
      for (const [kid, content] of Object.entries(files)) {
        writeFileSync(join(directory, version, `${kid}.pem`), content);
      }
    }
    const aged = (nowMs - 10_000_000) / 1_000;
    utimesSync(join(directory, '..1', 'old.pem'), aged, aged);
    symlinkSync('..1', join(directory, '..data'));
    for (const kid of ['old', 'new']) symlinkSync(join('..data', `${kid}.pem`), join(directory, `${kid}.pem`));
    const signer = open();
    expect(published(signer)).toEqual(['old']);
    symlinkSync('..2', join(directory, '..swap'));
    renameSync(join(directory, '..swap'), join(directory, '..data'));
    nowMs += 5_000;
    expect(published(signer)).toEqual(['old', 'new']);
    expect(signsWith(signer)).toBe('old');
    nowMs += 700_000;
    expect(signsWith(signer)).toBe('new');
  });

  it('goes on signing while the directory is missing or empty', () => {
    addKey('a', 10_000);
    const signer = open();
    rmSync(join(directory, 'a.pem'));
    nowMs += 5_000;
    expect(signsWith(signer)).toBe('a');
    const moved = `${directory}-moved`;
    renameSync(directory, moved);
    nowMs += 5_000;
    expect(signsWith(signer)).toBe('a');
    renameSync(moved, directory);
  });

  it('leaves out and reports, once, a file that is no EC P-256 key, and never prints it', () => {
    const lines: string[] = [];
    const logger = createLogger({ service: 'x', destination: { write: (line) => void lines.push(line) } });
    addKey('good', 10_000);
    addKey('garbage', 5_000, 'hunter2');
    addKey('p384', 5_000, pem('P-384'));
    const signer = open({ logger });
    nowMs += 5_000;
    expect(published(signer)).toEqual(['good']);
    expect(lines.filter((line) => line.includes('a signing key cannot be read'))).toHaveLength(2);
    expect(lines.join('')).not.toContain('hunter2');
  });

  it('does not start without a usable key', () => {
    expect(() => open()).toThrow(/^SIGNING_KEYS_DIRECTORY holds no file <kid>.pem/);
    expect(() => open({ directory: join(directory, 'missing') })).toThrow(
      expect.objectContaining({ code: 'configuration_invalid' }) as Error,
    );
  });

  it('makes keys that only their owner can read, in a directory it makes', () => {
    const made = join(directory, 'deeper', 'keys');
    const kid = createSigningKey(made);
    expect(readdirSync(made)).toEqual([`${kid}.pem`]);
    expect(statSync(join(made, `${kid}.pem`)).mode & 0o777).toBe(0o600);
    expect(kid).toMatch(/^\d{14}-[0-9a-f]{8}$/);
  });
});
