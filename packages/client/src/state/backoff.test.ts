import fc from 'fast-check';
import { fullJitter } from './backoff';

const bounds = { baseMs: 500, capMs: 30_000 };

describe('fullJitter', () => {
  it('doubles its bound with each attempt up to the cap', () => {
    const almostOne = (): number => 0.999_999;
    expect([0, 1, 2, 5, 6, 7, 1_000].map((attempt) => fullJitter(attempt, bounds, almostOne))).toEqual([
      499, 999, 1_999, 15_999, 29_999, 29_999, 29_999,
    ]);
  });

  it('may be anything down to nothing, so that clients spread', () => {
    expect(fullJitter(6, bounds, () => 0)).toBe(0);
    fc.assert(
      fc.property(fc.nat(100), (attempt) => {
        const delay = fullJitter(attempt, bounds);
        return delay >= 0 && delay < bounds.capMs;
      }),
    );
  });
});
