import { usernameFault } from './username';

describe('a user name', () => {
  it.each([
    ['Latin', 'Grace.Hopper_1-x'],
    ['Hindi, whose vowels are marks', 'हिन्दी'],
    ['pointed Hebrew', 'שָׁלוֹם'],
    ['Thai', 'สวัสดี'],
    ['decomposed Vietnamese', 'Nguyễn'.normalize('NFD')],
    ['64 letters outside the BMP', '𐐨'.repeat(64)],
    ['64 decomposed letters', 'é'.normalize('NFD').repeat(64)],
    ['full-width letters', 'ｕｓｅｒ'],
  ])('may be %s', (_what, username) => {
    expect(usernameFault(username)).toBeUndefined();
  });

  it.each([
    ['nothing', ''],
    ['more than 64 letters', 'a'.repeat(65)],
    ['a letter and an invisible one (U+3164)', 'user1\u3164'],
    ['a name with a zero-width space', 'us\u200ber1'],
    ['a name with a soft hyphen', 'us\u00ader1'],
    ['a name with a half-width filler', 'user\uffa0'],
    ['a name with a variation selector', 'user\ufe0f'],
    ['a name that turns round', '\u202eresu'],
    ['two words', 'a b'],
    ['what normalises to several words', '\ufdfa'],
    ['a mark alone', '\u0301a'],
    ['a defaced letter', `a${'\u0300'.repeat(5)}`],
    ['half a character', 'a\ud800'],
    ['a zero character', 'a\u0000'],
    ['an emoji', 'user😀'],
  ])('is never %s', (_what, username) => {
    expect(usernameFault(username)).toEqual(expect.any(String));
  });
});
