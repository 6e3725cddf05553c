import { AddressThrottle } from './address-throttle';

/** Matches a refusal that names this time to wait. */
const wait = (retryAfterMs: number) => expect.objectContaining({ retryAfterMs }) as Error;

describe('address throttle', () => {
  it('takes a minute of attempts at once, then as they come back', () => {
    let now = 0;
    const throttle = new AddressThrottle(6, 100, () => now);
    for (let n = 0; n < 6; n += 1) throttle.charge('192.0.2.1');
    expect(() => throttle.charge('192.0.2.1')).toThrow(wait(10_000));
    throttle.charge('192.0.2.2');
    now = 4_000;
    expect(() => throttle.charge('192.0.2.1')).toThrow(wait(6_000));
    now = 10_000;
    throttle.charge('192.0.2.1');
    expect(() => throttle.charge('192.0.2.1')).toThrow();
    now = 10_000_000;
    for (let n = 0; n < 6; n += 1) throttle.charge('192.0.2.1');
    expect(() => throttle.charge('192.0.2.1')).toThrow();
  });

  it('gives an attempt back, never more than there were', () => {
    const throttle = new AddressThrottle(1, 100, () => 0);
    for (let n = 0; n < 5; n += 1) {
      throttle.charge('192.0.2.1');
      throttle.refund('192.0.2.1');
      throttle.refund('192.0.2.1');
    }
    throttle.charge('192.0.2.1');
    expect(() => throttle.charge('192.0.2.1')).toThrow();
  });

  it('keeps so many addresses, and forgets the one not seen for longest', () => {
    const throttle = new AddressThrottle(1, 3, () => 0);
    throttle.charge('a');
    for (let n = 0; n < 1_000; n += 1) {
      throttle.charge(`other-${n}`);
      expect(() => throttle.charge('a')).toThrow();
    }
    expect(throttle.size).toBe(3);
  });

  it('gives one who owns a whole /48 of IPv6 sixteen addresses\u2019 worth, not 65,536 times that', () => {
    const throttle = new AddressThrottle(6, 10_000, () => 0);
    let taken = 0;
    for (let network = 0; network < 1_000; network += 1) {
      try {
        throttle.charge(`2001:db8:1:${network.toString(16)}::1`);
        taken += 1;
      } catch {
        // Refused: not taken.
      }
    }
    expect(taken).toBe(6 * 16);
    throttle.charge('2001:db8:2::1');
  });

  it('leaves the neighbours of a spent /64 and a spent /56 their attempts', () => {
    const throttle = new AddressThrottle(6, 10_000, () => 0);
    const spend = (address: string) => {
      for (let n = 0; n < 6; n += 1) throttle.charge(address);
    };
    for (const network of ['00', '01', '02', '03']) spend(`2001:db8:1:${network}::1`);
    expect(() => throttle.charge('2001:db8:1:04::1')).toThrow();
    spend('2001:db8:1:100::1');
  });
});
