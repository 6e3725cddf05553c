import { networksOf, siteOf } from './client-networks';

describe('the networks of an address', () => {
  it.each([
    ['192.0.2.1', ['192.0.2.1']],
    ['2001:db8:1:2:3:4:5:6', ['2001:db8:1:2::/64', '2001:db8:1:0::/56', '2001:db8:1:0::/48']],
    ['2001:0DB8:0001:02ff::1', ['2001:db8:1:2ff::/64', '2001:db8:1:200::/56', '2001:db8:1:0::/48']],
    ['2001:db8::1', ['2001:db8:0:0::/64', '2001:db8:0:0::/56', '2001:db8:0:0::/48']],
    ['::1', ['0:0:0:0::/64', '0:0:0:0::/56', '0:0:0:0::/48']],
    ['fe80::1%eth0', ['fe80:0:0:0::/64', 'fe80:0:0:0::/56', 'fe80:0:0:0::/48']],
    ['', ['']],
  ])('of %s are counted from the narrowest to the widest', (address, networks) => {
    expect(networksOf(address)).toEqual(networks);
  });

  it('are one site for all addresses of one /48', () => {
    expect(siteOf('2001:db8:1:ffff::1')).toBe(siteOf('2001:db8:1:2::9'));
    expect(siteOf('2001:db8:2::1')).not.toBe(siteOf('2001:db8:1::1'));
    expect(siteOf('192.0.2.1')).toBe('192.0.2.1');
  });
});
