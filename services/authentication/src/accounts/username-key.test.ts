import { usernameKey } from './username-key';

describe('key of a user name', () => {
  it.each([
    ['User1', 'user1'],
    ['ｕｓｅｒ１', 'user1'],
    ['ZOE\u0308', 'zo\u00eb'],
    ['\ufb01nn', 'finn'],
    ['\u212aelvin', 'kelvin'],
    ['\u0130', 'i\u0307'],
  ])('takes %s for %s', (username, key) => {
    expect(usernameKey(username)).toBe(key);
  });

  it('is stable: the key of a key is the key', () => {
    for (let code = 0; code < 0x1_0000; code += 1) {
      const character = String.fromCharCode(code);
      if (!/^[\p{L}\p{N}]$/u.test(character)) continue;
      const key = usernameKey(character);
      expect(usernameKey(key)).toBe(key);
    }
  });
});
