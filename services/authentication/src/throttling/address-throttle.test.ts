import { AddressThrottle, networkOf } from './address-throttle';

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

  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:0002::1', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['', ''],
  ])('knows the network of %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});
