import fc from 'fast-check';
import { TokenBucket } from './token-bucket';

describe('TokenBucket', () => {
  it('gives a burst, then a rate, and says how long to wait', () => {
    const bucket = new TokenBucket(3, 0);
    expect([0, 0, 0].map((now) => bucket.take(now, 10, 3))).toEqual([0, 0, 0]);
    expect(bucket.take(0, 10, 3)).toBe(100);
    expect(bucket.take(50, 10, 3)).toBe(50);
    expect(bucket.take(100, 10, 3)).toBe(0);
  });

  it('never gives more than the burst and the rate allow, whatever the clock does', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -2_000, max: 2_000 }), { maxLength: 200 }), (steps) => {
        const bucket = new TokenBucket(5, 0);
        let now = 0;
        let forward = 0;
        let taken = 0;
        for (const step of steps) {
          now += step;
          forward += Math.max(0, step);
          if (bucket.take(now, 2, 5) === 0) taken += 1;
        }
        expect(taken).toBeLessThanOrEqual(5 + (forward * 2) / 1_000 + 1e-6);
      }),
    );
  });
});
