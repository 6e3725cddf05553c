import { mayConnectFrom } from './check-origin';

describe('the Origin of a handshake', () => {
  it.each([
    ['no Origin: no browser', undefined, 'chat.example', [], true],
    ['the same host, by default', 'https://chat.example', 'chat.example', [], true],
    ['the same host and port', 'http://localhost:8080', 'localhost:8080', [], true],
    ['another port is another host', 'http://localhost:3000', 'localhost:8080', [], false],
    ['another host', 'https://evil.example', 'chat.example', [], false],
    ['a host that only begins alike', 'https://chat.example.evil.example', 'chat.example', [], false],
    ['an opaque origin', 'null', 'chat.example', [], false],
    ['an origin on the list', 'https://app.example', 'chat.example', ['https://app.example/'], true],
    ['its scheme counts', 'http://app.example', 'chat.example', ['https://app.example'], false],
    ['the same host is not enough with a list', 'https://chat.example', 'chat.example', ['https://app.example'], false],
    ['any, where any is allowed', 'null', 'chat.example', ['*'], true],
  ])('%s', (_, origin, host, allowed, expected) => {
    expect(mayConnectFrom(origin, host, allowed)).toBe(expected);
  });
});
