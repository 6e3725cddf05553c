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
