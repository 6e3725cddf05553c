import { mayConnectFrom } from './check-origin';

describe('the Origin of a handshake', () => {
  it.each([
    ['no Origin: no browser', undefined, 'chat.example', [], true],
    ['the same host, by default', 'https://chat.example', 'chat.example', [], true],
    ['the same host and port', 'http://localhost:8080', 'localhost:8080', [], true],
    ['the default port of its scheme, written in Host', 'https://chat.example', 'chat.example:443', [], true],
    ['the default port of another scheme', 'https://chat.example', 'chat.example:80', [], false],
    ['the default port, written in Origin', 'http://chat.example:80', 'CHAT.example', [], true],
    ['an IPv6 host', 'http://[::1]:8080', '[0:0::1]:8080', [], true],
    ['a Host that is none', 'https://chat.example', 'user@chat.example', [], false],
    ['another port is another host', 'http://localhost:3000', 'localhost:8080', [], false],
    ['another host', 'https://evil.example', 'chat.example', [], false],
    ['a host that only begins alike', 'https://chat.example.evil.example', 'chat.example', [], false],
    ['an opaque origin', 'null', 'chat.example', [], false],
    ['an origin on the list', 'https://app.example', 'chat.example', ['https://app.example'], true],
    ['its default port may be written', 'https://app.example:443', 'chat.example', ['https://app.example'], true],
    ['an app of its own scheme on the list', 'capacitor://localhost', 'chat.example', ['capacitor://localhost'], true],
    ['an app of its own scheme', 'capacitor://localhost', 'localhost', [], false],
    ['its scheme counts', 'http://app.example', 'chat.example', ['https://app.example'], false],
    ['the same host is not enough with a list', 'https://chat.example', 'chat.example', ['https://app.example'], false],
    ['any, where any is allowed', 'null', 'chat.example', ['*'], true],
  ])('%s', (_, origin, host, allowed, expected) => {
    expect(mayConnectFrom(origin, host, allowed)).toBe(expected);
  });

  it.each([
    ['https, and the page too', 'https://chat.example', 'https', true],
    ['https, and the page by http, where anybody may have written it', 'http://chat.example', 'https', false],
    ['http, and the page by https, which somebody in front takes off', 'https://chat.example', 'http', true],
    ['nobody says how', 'http://chat.example', undefined, true],
  ])('is compared by scheme where the request came by %s', (_, origin, scheme, expected) => {
    expect(mayConnectFrom(origin, 'chat.example', [], scheme)).toBe(expected);
  });
});
