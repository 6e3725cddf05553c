import { backoffMs } from './backoff';

const BOUNDS = { firstMs: 100, maxMs: 5_000 };

describe('backoffMs', () => {
  it('doubles with each failure up to its bound, however many there were', () => {
    const longest = [1, 2, 3, 6, 7, 5_000].map((failures) => backoffMs(failures, BOUNDS, () => 1));
    expect(longest).toEqual([100, 200, 400, 3_200, 5_000, 5_000]);
  });

  it('leaves the upper half of a wait to chance, or all of it', () => {
    expect(backoffMs(1, BOUNDS, () => 0)).toBe(50);
    expect(backoffMs(1, { ...BOUNDS, jitter: 'full' }, () => 0)).toBe(0);
    expect(backoffMs(1, { ...BOUNDS, jitter: 'full' }, () => 1)).toBe(100);
  });
});
