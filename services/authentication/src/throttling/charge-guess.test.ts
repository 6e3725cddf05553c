import { Metrics, NetworkLimiter } from '@chat-app/platform';
import { perMinute } from '@chat-app/timing';
import { declareMetrics } from '../metrics';
import { metricValue } from '../testing/authentication-harness';
import { chargeGuess } from './charge-guess';
import { OVERFLOW } from './token-limits';

const ADDRESS = '192.0.2.1';

describe('chargeGuess', () => {
  const metrics = new Metrics('authentication');
  const context = { metrics: declareMetrics(metrics), now: () => 0 };
  const limiterOf = (attempts: number) => new NetworkLimiter(perMinute(attempts), OVERFLOW);
  const guess = (limiter: NetworkLimiter, work: () => Promise<string>) =>
    chargeGuess(context, limiter, ADDRESS, work, (done) => done === 'wrong');

  it('charges an address for what turns out to be a guess, refuses the next without doing it, and counts the refusal', async () => {
    const limiter = limiterOf(1);
    expect(await guess(limiter, () => Promise.resolve('wrong'))).toBe('wrong');
    const work = jest.fn(() => Promise.resolve('right'));
    await expect(guess(limiter, work)).rejects.toMatchObject({ code: 'rate_limited', retryAfterMs: 60_000 });
    expect(work).not.toHaveBeenCalled();
    expect(await metricValue(metrics, 'chat_authentication_throttled_total', { by: 'address' })).toBe(1);
  });

  it('gives back what was no guess, and what failed', async () => {
    const limiter = limiterOf(1);
    for (let n = 0; n < 3; n += 1) {
      expect(await guess(limiter, () => Promise.resolve('right'))).toBe('right');
      await expect(guess(limiter, () => Promise.reject(new Error('away')))).rejects.toThrow('away');
    }
  });

  it('charges guesses made at the same time each', async () => {
    const limiter = limiterOf(3);
    let answer = (_done: string): void => undefined;
    const answered = new Promise<string>((resolve) => (answer = resolve));
    const guesses = Array.from({ length: 5 }, () => guess(limiter, () => answered));
    answer('wrong');
    const outcomes = await Promise.allSettled(guesses);
    expect(outcomes.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'rejected',
      'rejected',
    ]);
  });
});
