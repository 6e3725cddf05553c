import fc from 'fast-check';
import { contentFault } from './content';
import { LIMITS } from './limits';

describe('contentFault', () => {
  it('takes any well-formed text within the bound', () => {
    for (const text of ['a', ' ', 'grüße', '👩‍👩‍👧', '\n\t', '\u202e', 'x'.repeat(LIMITS.contentBytes)]) {
      expect(contentFault(text)).toBeUndefined();
    }
  });

  it('refuses the empty text', () => {
    expect(contentFault('')).toBe('content_empty');
  });

  it('refuses U+0000 and lone surrogates, which PostgreSQL and UTF-8 cannot hold', () => {
    for (const text of ['\u0000', 'a\u0000b', '\ud800', 'a\udc00', '\udc00\ud800']) {
      expect(contentFault(text)).toBe('content_invalid');
    }
  });

  it('measures UTF-8 bytes, not characters', () => {
    expect(contentFault('é'.repeat(8_192))).toBeUndefined();
    expect(contentFault(`${'é'.repeat(8_192)}a`)).toBe('content_too_large');
    expect(contentFault('👋'.repeat(4_096))).toBeUndefined();
    expect(contentFault(`${'👋'.repeat(4_096)}a`)).toBe('content_too_large');
    expect(contentFault('abcd', 3)).toBe('content_too_large');
  });

  it('agrees with a plain reading of the rules for every text', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'é', '€', '👋', '\u0000', '\ud800', '\udc00'), maxLength: 12 });
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 24 }), (content, bound) => {
        const expected =
          content === ''
            ? 'content_empty'
            : content.includes('\u0000') || !content.isWellFormed()
              ? 'content_invalid'
              : Buffer.byteLength(content, 'utf8') > bound
                ? 'content_too_large'
                : undefined;
        expect(contentFault(content, bound)).toBe(expected);
      }),
    );
  });
});
