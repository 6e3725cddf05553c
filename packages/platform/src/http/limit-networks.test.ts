import type { RateLimiterOptions } from '@chat-app/timing';
import { NetworkLimiter } from './limit-networks';

const limiterOf = (perMinute: number, maxKeys = 10_000, overflow: RateLimiterOptions['overflow'] = 'forget-oldest') =>
  new NetworkLimiter({ perSecond: perMinute / 60, burst: perMinute }, { overflow, maxKeys });

describe('NetworkLimiter', () => {
  it('lets an address act as often as its limit at once, then as it comes back', () => {
    const limiter = limiterOf(6);
    const take = (address: string, now: number) => limiter.take(address, now);
    for (let n = 0; n < 6; n += 1) expect(take('192.0.2.1', 0)).toBe(0);
    expect(take('192.0.2.1', 0)).toBe(10_000);
    expect(take('192.0.2.2', 0)).toBe(0);
    expect(take('192.0.2.1', 4_000)).toBe(6_000);
    expect(limiter.wait('192.0.2.1', 4_000)).toBe(6_000);
    expect(take('192.0.2.1', 10_000)).toBe(0);
    expect(take('192.0.2.1', 10_000)).toBeGreaterThan(0);
    for (let n = 0; n < 6; n += 1) expect(take('192.0.2.1', 10_000_000)).toBe(0);
    expect(take('192.0.2.1', 10_000_000)).toBeGreaterThan(0);
  });

  it('gives an act back, never more than there were', () => {
    const limiter = limiterOf(1);
    for (const address of ['192.0.2.1', '2001:db8::1']) {
      for (let n = 0; n < 5; n += 1) {
        expect(limiter.take(address, 0)).toBe(0);
        limiter.give(address);
        limiter.give(address);
      }
      expect(limiter.take(address, 0)).toBe(0);
      expect(limiter.take(address, 0)).toBeGreaterThan(0);
    }
  });

  it('keeps so many addresses, and forgets the one not seen for longest', () => {
    const limiter = limiterOf(1, 3);
    expect(limiter.take('a', 0)).toBe(0);
    for (let n = 0; n < 1_000; n += 1) {
      expect(limiter.take(`other-${n}`, 0)).toBe(0);
      expect(limiter.take('a', 0)).toBeGreaterThan(0);
    }
    expect(limiter.size).toBe(3);
  });

  it('lets new addresses wait where it is told to rather than forget', () => {
    const limiter = limiterOf(1, 3, 'refuse-new');
    for (const address of ['a', 'b', 'c']) expect(limiter.take(address, 0)).toBe(0);
    expect(limiter.take('d', 0)).toBeGreaterThan(0);
    for (const address of ['a', 'b', 'c']) expect(limiter.take(address, 0)).toBeGreaterThan(0);
  });

  it('gives one who owns a whole /48 of IPv6 sixteen addresses\u2019 worth, not 65,536 times that', () => {
    const limiter = limiterOf(6);
    let taken = 0;
    for (let network = 0; network < 1_000; network += 1) {
      if (limiter.take(`2001:db8:1:${network.toString(16)}::1`, 0) === 0) taken += 1;
    }
    expect(taken).toBe(6 * 16);
    expect(limiter.take('2001:db8:2::1', 0)).toBe(0);
  });

  it('leaves the neighbours of a spent /64 and a spent /56 their acts, however often those try', () => {
    const limiter = limiterOf(6);
    const spend = (address: string) => {
      for (let n = 0; n < 6; n += 1) expect(limiter.take(address, 0)).toBe(0);
      for (let n = 0; n < 1_000; n += 1) expect(limiter.take(address, 0)).toBeGreaterThan(0);
    };
    for (const network of ['00', '01', '02', '03']) spend(`2001:db8:1:${network}::1`);
    expect(limiter.take('2001:db8:1:04::1', 0)).toBeGreaterThan(0);
    spend('2001:db8:1:100::1');
  });
});
