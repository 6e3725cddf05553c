import { standaloneConfiguration } from './configuration';

describe('the names that the standalone answers to', () => {
  it('are those it is configured with: its address, its public URL and the origins of its pages', () => {
    const { ALLOWED_HOSTS } = standaloneConfiguration({
      HOST: 'box.example',
      PUBLIC_URL: 'https://chat.example:8443',
      ALLOWED_ORIGINS: 'https://app.example',
    });
    expect(ALLOWED_HOSTS).toEqual(expect.arrayContaining(['box.example', 'chat.example', 'app.example']));
  });

  it('refuse a public URL that is none', () => {
    expect(() => standaloneConfiguration({ PUBLIC_URL: 'chat.example' })).toThrow(/PUBLIC_URL/);
  });
});

describe('demo users of a standalone', () => {
  it.each([undefined, '127.0.0.1', '127.0.0.53', '::1', 'localhost'])(
    'are there by default where it listens on this machine alone (%s)',
    (host) => {
      expect(standaloneConfiguration({ HOST: host }).DEMO_USERS).toBe(true);
    },
  );

  it.each(['0.0.0.0', '::', '192.0.2.7', 'chat.example.org'])(
    'are there only by an explicit word where other machines can reach it (%s)',
    (host) => {
      expect(standaloneConfiguration({ HOST: host }).DEMO_USERS).toBe(false);
      expect(standaloneConfiguration({ HOST: host, DEMO_USERS: 'true' }).DEMO_USERS).toBe(true);
    },
  );

  it('are not there where they are turned off', () => {
    expect(standaloneConfiguration({ DEMO_USERS: 'false' }).DEMO_USERS).toBe(false);
  });
});
