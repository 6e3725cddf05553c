import { foldedName, looksOf, nameKeys } from './username-key';

const look = (one: string, other: string) => looksOf(one).some((form) => looksOf(other).includes(form));

describe('keys of a user name', () => {
  it.each([
    ['User1', 'user1'],
    ['ｕｓｅｒ１', 'user1'],
    ['ZOE\u0308', 'zo\u00eb'],
    ['\ufb01nn', 'finn'],
    ['\u212aelvin', 'kelvin'],
    ['\u0130', 'i\u0307'],
  ])('take %s for %s', (username, key) => {
    expect(nameKeys(username)).toEqual({ exact: key, folded: key });
  });

  it.each([
    ['straße', 'STRASSE'],
    ['STRA\u1e9eE', 'strasse'],
    ['ὈΔΥΣΣΕΎΣ', 'ὀδυσσεύς'],
    ['ŉ', 'ʼN'],
    ['Ꭰ', 'ꭰ'],
  ])('fold the case wholly: %s is %s', (one, other) => {
    expect(foldedName(one)).toBe(foldedName(other));
  });

  it('leave the key of older versions as it is, so that they find their users and ours', () => {
    expect(nameKeys('Straße').exact).toBe('straße');
    expect(nameKeys('Straße').folded).toBe('strasse');
  });

  it('are stable, and the same in upper and lower case', () => {
    const unstable: string[] = [];
    for (let code = 0; code < 0x2_0000; code += 1) {
      const character = String.fromCodePoint(code);
      if (!/^[\p{L}\p{N}]$/u.test(character)) continue;
      const key = foldedName(character);
      const same = [key, character.toLowerCase(), character.toUpperCase()].every((form) => foldedName(form) === key);
      if (!same || nameKeys(nameKeys(character).exact).exact !== nameKeys(character).exact) unstable.push(character);
    }
    expect(unstable).toEqual([]);
  });

  it.each([
    ['usеr1', 'user1'],
    ['аdmin', 'admin'],
    ['paypaI', 'paypal'],
    ['user1', 'userl'],
    ['rnary', 'mary'],
    ['us\u200ber', 'user'],
    ['ｕｓｅｒ', 'user'],
  ])('see that %s looks like %s', (one, other) => {
    expect(look(one, other)).toBe(true);
  });

  it.each([
    ['ada', 'bob'],
    ['user1', 'user2'],
    ['иван', 'ivan'],
    ['zoe', 'zoë'],
  ])('see that %s does not look like %s', (one, other) => {
    expect(look(one, other)).toBe(false);
  });
});
