import { Metrics } from '@chat-app/platform';
import { declareMetrics } from '../metrics';
import { hashPassword, isOutdatedHash } from './hash-password';
import { Passwords } from './passwords';

describe('passwords', () => {
  it('hashes with argon2id and a salt of its own, verifiable', async () => {
    const passwords = new Passwords(declareMetrics(new Metrics('authentication')));
    const [one, other] = await Promise.all([hashPassword('secret'), hashPassword('secret')]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(one).not.toBe(other);
    expect(isOutdatedHash(one)).toBe(false);
    await passwords.inTurn('', async (turn) => {
      expect(await turn.verify(one, 'secret')).toBe(true);
      expect(await turn.verify(one, 'Secret')).toBe(false);
      expect(await turn.verify(undefined, 'secret')).toBe(false);
    });
  });

  it('verifies once also where there is no user', async () => {
    const metrics = new Metrics('authentication');
    const passwords = new Passwords(declareMetrics(metrics));
    await passwords.prepare();
    await passwords.inTurn('', (turn) => turn.verify(undefined, 'secret'));
    const { body } = await metrics.expose();
    expect(body).toMatch(
      /chat_authentication_password_hash_duration_seconds_count\{[^}]*operation="verify"[^}]*\} 1\n/,
    );
  });

  it('refuses when too many wait', async () => {
    const passwords = new Passwords(declareMetrics(new Metrics('authentication')), 1, 2);
    const results = await Promise.allSettled(
      Array.from({ length: 5 }, () => passwords.inTurn('', (turn) => turn.hash('secret'))),
    );
    expect(results.map((result) => result.status)).toEqual([
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'rejected',
      'rejected',
    ]);
  });
});
