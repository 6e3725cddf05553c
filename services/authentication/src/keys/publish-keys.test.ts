import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from '@chat-app/database';
import { createSigningKey, createTokenVerifier } from '@chat-app/tokens';
import { silentLogger } from '@chat-app/platform';
import type { SessionResponse } from '@chat-app/protocol';
import { openEmbeddedDatabase } from '../../../../test/testing/embedded-database';
import { PASSWORD, startHarness } from '../testing/authentication-harness';

const kidOf = (token: string) =>
  (JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString()) as { kid: string }).kid;

describe('published keys', () => {
  let database: Database;
  beforeAll(async () => {
    database = await openEmbeddedDatabase();
  });
  afterAll(() => database.close());

  it('may be cached for five minutes and hold nothing private', async () => {
    const service = await startHarness({ database });
    try {
      const answer = await service.call('GET', '/.well-known/jwks.json');
      expect(answer.status).toBe(200);
      expect(answer.headers['cache-control']).toBe('public, max-age=300');
      const { keys } = answer.json as { keys: Record<string, string>[] };
      expect(keys).toHaveLength(1);
      expect(keys[0]).toMatchObject({ kty: 'EC', crv: 'P-256', alg: 'ES256', use: 'sig' });
      expect(Object.keys(keys[0]!).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
    } finally {
      await service.close();
    }
  });

  it('rotate without a token refused: published at once, signing after a while, the old ones stay valid', async () => {
    // The signer lives in the past and catches up: tokens of the future would be refused.
    let now = Date.now() - 660_000;
    const service = await startHarness({
      database,
      configuration: { ACCESS_TOKEN_TTL_S: 3_600 },
      publishBeforeUseS: 600,
      now: () => now,
    });
    const elsewhere = createTokenVerifier({
      jwksUrl: `${service.url}/.well-known/jwks.json`,
      issuer: 'chat-app',
      audience: 'chat-app',
      logger: silentLogger,
      now: () => now,
    });
    const kids = async () => {
      const { json } = await service.call('GET', '/.well-known/jwks.json');
      return (json as { keys: { kid: string }[] }).keys.map((key) => key.kid);
    };
    const token = async () => ((await service.logIn('rotated', PASSWORD)).json as SessionResponse).token;
    try {
      await service.registered('rotated');
      const before = await token();
      const oldKid = kidOf(before);
      await elsewhere.verify(before);

      const newKid = createSigningKey(service.keysDirectory, now);
      now += 6_000;
      expect((await kids()).sort()).toEqual([oldKid, newKid].sort());
      const meanwhile = await token();
      expect(kidOf(meanwhile)).toBe(oldKid);

      now += 600_000;
      const after = await token();
      expect(kidOf(after)).toBe(newKid);
      for (const issued of [before, meanwhile, after]) await elsewhere.verify(issued);

      // The old key goes once no token of it can be alive.
      rmSync(join(service.keysDirectory, `${oldKid}.pem`));
      now += 6_000;
      expect(await kids()).toEqual([newKid]);
      await elsewhere.verify(await token());
    } finally {
      elsewhere.close();
      await service.close();
    }
  });

  it('leave out a file that is no key, and go on', async () => {
    // The verifier goes by the real clock: the signer may not be ahead of it.
    let now = Date.now() - 6_000;
    const service = await startHarness({ database, now: () => now });
    try {
      writeFileSync(join(service.keysDirectory, 'broken.pem'), 'not a key');
      now += 6_000;
      const { token } = await service.registered('unimpressed');
      await service.verifier.verify(token);
      const pem = readFileSync(join(service.keysDirectory, `${kidOf(token)}.pem`), 'utf8');
      expect(JSON.stringify(service.lines)).not.toContain(pem.split('\n')[1]!);
      expect(service.lines.some((line) => line.level === 'error' && line.fields['key'] === 'broken')).toBe(true);
    } finally {
      await service.close();
    }
  });
});
