import fc from 'fast-check';
import { perMinute, RateLimiter } from './rate-limiter';

const REFUSE = { overflow: 'refuse-new' } as const;

describe('RateLimiter', () => {
  it('limits each key by itself, and says how long to wait', () => {
    const limiter = new RateLimiter({ perSecond: 10, burst: 2 }, REFUSE);
    expect(['a', 'a', 'a', 'b'].map((key) => limiter.take(key, 0))).toEqual([0, 0, 100, 0]);
    expect(limiter.wait('a', 50)).toBe(50);
    expect([limiter.wait('a', 100), limiter.take('a', 100), limiter.take('a', 100)]).toEqual([0, 0, 100]);
  });

  it('takes several at once, and of more than fit as many as fit', () => {
    const limiter = new RateLimiter({ perSecond: 10, burst: 20 }, REFUSE);
    expect([limiter.take('a', 0, 15), limiter.take('a', 0, 15), limiter.take('b', 0, 1_000)]).toEqual([0, 1_000, 0]);
    limiter.give('a', 15);
    expect(limiter.take('a', 0, 20)).toBe(0);
  });

  it('lets a key owe what an act turned out to cost, and makes its next act wait for that', () => {
    const limiter = new RateLimiter({ perSecond: 10, burst: 20 }, REFUSE);
    limiter.take('a', 0);
    limiter.owe('a', 0, 29);
    expect([limiter.take('a', 0), limiter.take('a', 100), limiter.take('a', 200)]).toEqual([200, 100, 0]);
    expect(limiter.take('b', 200, 20)).toBe(0);
  });

  it('follows a limit that changes', () => {
    let pods = 1;
    const limiter = new RateLimiter(() => ({ perSecond: 10 / pods, burst: 10 / pods }), REFUSE);
    pods = 5;
    expect([1, 2, 3].map(() => limiter.take('a', 0))).toEqual([0, 0, 500]);
  });

  it('forgets a key only when it is full again: coming back never gives more than the limit', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(9), fc.nat(400)), { maxLength: 400 }), (acts) => {
        const [perSecond, burst] = [5, 3];
        const limiter = new RateLimiter({ perSecond, burst }, { ...REFUSE, maxKeys: 1_000 });
        const taken = new Map<number, number>();
        let now = 0;
        for (const [key, step] of acts) {
          now += step;
          if (limiter.take(String(key), now) === 0) taken.set(key, (taken.get(key) ?? 0) + 1);
        }
        for (const count of taken.values()) expect(count).toBeLessThanOrEqual(burst + (now * perSecond) / 1_000 + 1e-6);
      }),
    );
  });

  it('keeps no more keys than acted within the time of a refill, and never more than its bound', () => {
    const limiter = new RateLimiter({ perSecond: 1, burst: 2 }, { ...REFUSE, maxKeys: 100 });
    for (let n = 0; n < 10_000; n += 1) limiter.take(`key ${n}`, n * 100);
    expect(limiter.size).toBeLessThanOrEqual(25);
    for (let n = 0; n < 200; n += 1) limiter.take(`many ${n}`, 2_000_000);
    expect(limiter.size).toBe(100);
    expect(limiter.take('one more', 2_000_000)).toBeGreaterThan(0);
    expect(limiter.take('one more', 2_002_000)).toBe(0);
  });

  it('forgets the key that has not acted for longest, where it is told to, rather than refuse a new one', () => {
    const limiter = new RateLimiter(perMinute(1), { overflow: 'forget-oldest', maxKeys: 3 });
    for (const key of ['a', 'b', 'c']) expect(limiter.take(key, 0)).toBe(0);
    expect(limiter.take('a', 0)).toBe(60_000);
    expect(limiter.take('d', 0)).toBe(0);
    expect(limiter.size).toBe(3);
    expect([limiter.take('a', 0), limiter.take('c', 0), limiter.take('d', 0)]).toEqual([60_000, 60_000, 60_000]);
    expect(limiter.take('b', 0)).toBe(0);
  });
});
