import fc from 'fast-check';
import { isEmoji } from './emoji';
import { LIMITS } from './limits';

describe('isEmoji', () => {
  it.each(['👍', '❤️', '👩🏽‍🚀', '🏴󠁧󠁢󠁳󠁣󠁴󠁿', '👨‍👩‍👧‍👦', '+1', 'ありがとう', 'é', 'e\u0301', '1️⃣', 'ขอบคุณ'])('takes %j', (text) => {
    expect(isEmoji(text)).toBe(true);
  });

  it.each(['', ' ', 'two words', 'a\n', '\u0000', '\ud800', 'a\u202eb', '\u2066', '__proto__', '👍'.repeat(17)])(
    'does not take %j',
    (text) => {
      expect(isEmoji(text)).toBe(false);
    },
  );

  it.each([
    ['a space of no width', '\u200b'],
    ['a filler', '\u3164'],
    ['an empty pattern of Braille', '\u2800'],
    ['joiners alone', '\u200d\ufe0f'],
    ['another emoji with something unseen', '👍\u2060'],
    ['a mark of direction', '👍\u200f'],
    ['a mark that sits on what stands before it', '\u0301'],
    ['marks over marks', `a${'\u0301'.repeat(5)}`],
  ])('does not take %s', (_what, text) => {
    expect(isEmoji(text)).toBe(false);
  });

  it('takes nothing that is longer than its bound, as UTF-8', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (text) => {
        if (isEmoji(text)) expect(Buffer.byteLength(text)).toBeLessThanOrEqual(LIMITS.emojiBytes);
      }),
    );
  });
});
