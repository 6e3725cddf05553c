import fc from 'fast-check';
import { isEmoji } from './emoji';
import { LIMITS } from './limits';

describe('isEmoji', () => {
  it.each(['👍', '❤️', '👩🏽‍🚀', '🏴󠁧󠁢󠁳󠁣󠁴󠁿', '👨‍👩‍👧‍👦', '+1', 'ありがとう', 'é'])('takes %j', (text) => {
    expect(isEmoji(text)).toBe(true);
  });

  it.each(['', ' ', 'two words', 'a\n', '\u0000', '\ud800', 'a\u202eb', '\u2066', '__proto__', '👍'.repeat(17)])(
    'does not take %j',
    (text) => {
      expect(isEmoji(text)).toBe(false);
    },
  );

  it('takes nothing that is longer than its bound, as UTF-8', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (text) => {
        if (isEmoji(text)) expect(Buffer.byteLength(text)).toBeLessThanOrEqual(LIMITS.emojiBytes);
      }),
    );
  });
});
