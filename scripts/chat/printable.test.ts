import fc from 'fast-check';
import { printable, quoted } from './printable';

describe('printable', () => {
  it.each([
    ['an escape sequence', '\u001b[2J\u001b]0;title\u0007', '\uFFFD[2J\uFFFD]0;title\uFFFD'],
    ['a C1 control', 'a\u009b31mb', 'a\uFFFD31mb'],
    ['carriage return and backspace', 'paid 10\r\b\u007f', 'paid 10\uFFFD\uFFFD\uFFFD'],
    ['an override of direction', 'exe.\u202egpj\u2066\u200f\u061c', 'exe.\uFFFDgpj\uFFFD\uFFFD\uFFFD'],
    ['separators', 'a\u2028b\u2029c\u0085d', 'a\uFFFDb\uFFFDc\uFFFDd'],
    ['a tab', 'a\tb', 'a    b'],
  ])('lets nothing of %s through', (_what, text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  it.each(['hello', 'שלום', '日本語', '👩‍👩‍👧', 'é', 'two\nlines'])('leaves %j as it is', (text) => {
    expect(printable(text)).toBe(text);
  });

  it('leaves no control but the line feed in whatever text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(printable(text)).not.toMatch(
          // eslint-disable-next-line no-control-regex
          /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u,
        );
      }),
    );
  });
});

describe('quoted', () => {
  it('sets in whatever a terminal could take for a new line', () => {
    const lines = quoted('one\ntwo\r\nthree\rfour\u2028five').split('\n');
    expect(lines[0]).toBe('one');
    expect(lines.slice(1).every((line) => line.startsWith('      | '))).toBe(true);
    expect(lines).toHaveLength(5);
  });
});
