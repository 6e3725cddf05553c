import { Metrics } from '@chat-app/platform';
import { declareMetrics } from '../metrics';
import { hashPassword, isOutdatedHash } from './hash-password';
import { Passwords } from './passwords';

describe('passwords', () => {
  it('hashes with argon2id and a salt of its own, verifiable', async () => {
    const passwords = new Passwords(declareMetrics(new Metrics('authentication')), 10);
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
    const passwords = new Passwords(declareMetrics(metrics), 10);
    await passwords.prepare();
    await passwords.inTurn('', (turn) => turn.verify(undefined, 'secret'));
    const { body } = await metrics.expose();
    expect(body).toMatch(
      /chat_authentication_password_hash_duration_seconds_count\{[^}]*operation="verify"[^}]*\} 1\n/,
    );
  });

  it('refuses when too many wait', async () => {
    const passwords = new Passwords(declareMetrics(new Metrics('authentication')), 2, 1);
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

  it('fails no stranger’s log-in, however many of one account wait from three addresses', async () => {
    const passwords = new Passwords(declareMetrics(new Metrics('authentication')), 10, 1);
    const logIn = (address: string) => passwords.inTurn(address, (turn) => turn.verify(undefined, 'secret'));
    const flood = Promise.allSettled(Array.from({ length: 40 }, (_, n) => logIn(`192.0.2.${n % 3}`)));
    const strangers = Array.from({ length: 6 }, (_, n) => logIn(`198.51.100.${n}`));
    await expect(Promise.all(strangers)).resolves.toHaveLength(6);
    expect((await flood).filter(({ status }) => status === 'rejected').length).toBeGreaterThanOrEqual(29);
  });

  it('lets one who owns a /48 of IPv6 wait as one', async () => {
    const passwords = new Passwords(declareMetrics(new Metrics('authentication')), 10, 1);
    const logIn = (address: string) => passwords.inTurn(address, (turn) => turn.verify(undefined, 'secret'));
    const flood = Promise.allSettled(Array.from({ length: 40 }, (_, n) => logIn(`2001:db8:1:${n}::1`)));
    await expect(Promise.all([logIn('2001:db8:2::1'), logIn('192.0.2.1')])).resolves.toHaveLength(2);
    await flood;
  });
});
