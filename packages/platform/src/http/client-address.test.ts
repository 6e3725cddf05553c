import { addressOfRequest, clientAddress, parseAddress } from './client-address';

describe('the address of a client', () => {
  it.each([
    ['203.0.113.8', '203.0.113.8'],
    ['203.0.113.8:51234', '203.0.113.8'],
    [' "203.0.113.8:51234" ', '203.0.113.8'],
    ['2001:db8::8', '2001:db8::8'],
    ['2001:0DB8:0::0008', '2001:db8::8'],
    ['[2001:db8::8]', '2001:db8::8'],
    ['[2001:db8::8]:51234', '2001:db8::8'],
    ['"[2001:db8::8]:51234"', '2001:db8::8'],
    ['2001:db8:1:2:3:4:5:6:51234', '2001:db8:1:2:3:4:5:6'],
    ['fe80::1%eth0', 'fe80::1'],
    ['::ffff:203.0.113.8', '203.0.113.8'],
    ['::ffff:cb00:7108', '203.0.113.8'],
    ['[::ffff:203.0.113.8]:80', '203.0.113.8'],
    ['unknown', undefined],
    ['_hidden', undefined],
    ['', undefined],
    ['203.0.113.8:x', undefined],
    ['203.0.113.999', undefined],
    ['[203.0.113.8', undefined],
  ])('is read from %j as %s', (written, address) => {
    expect(parseAddress(written)).toBe(address);
  });

  it('is that of the connection, whatever a client claims, where no proxy is trusted', () => {
    expect(clientAddress('::ffff:192.0.2.1', '203.0.113.8', 0)).toBe('192.0.2.1');
  });

  it('is what the outermost trusted proxy wrote, whatever stands before it', () => {
    const forwarded = '198.51.100.1:1, 203.0.113.8:51234,[2001:db8::8]:443';
    expect(clientAddress('192.0.2.1', forwarded, 1)).toBe('2001:db8::8');
    expect(clientAddress('192.0.2.1', forwarded, 2)).toBe('203.0.113.8');
    expect(clientAddress('192.0.2.1', '203.0.113.8:51234', 5)).toBe('203.0.113.8');
    expect(clientAddress('192.0.2.1', undefined, 2)).toBe('192.0.2.1');
  });

  it('is that of the proxy that could not name it', () => {
    expect(clientAddress('192.0.2.1', '203.0.113.8, unknown', 1)).toBe('192.0.2.1');
    expect(clientAddress('192.0.2.1', 'unknown, 203.0.113.8', 2)).toBe('203.0.113.8');
    expect(clientAddress(undefined, undefined, 0)).toBe('');
  });

  it('is that of a request by its socket and its X-Forwarded-For, also where a server reads several of them', () => {
    const socket = { remoteAddress: '::ffff:192.0.2.1' };
    const of = (forwarded: string | string[] | undefined, proxies: number) =>
      addressOfRequest(
        { headers: { ...(forwarded !== undefined && { 'x-forwarded-for': forwarded }) }, socket },
        proxies,
      );
    expect(of(undefined, 1)).toBe('192.0.2.1');
    expect(of('203.0.113.8, 198.51.100.7', 2)).toBe('203.0.113.8');
    expect(of(['203.0.113.8', '198.51.100.7'], 1)).toBe('198.51.100.7');
    expect(of('203.0.113.8', 0)).toBe('192.0.2.1');
  });
});
