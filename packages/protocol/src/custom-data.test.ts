import fc from 'fast-check';
import { CustomData } from './custom-data';
import { customDataFault } from './custom-data-fault';
import { LIMITS } from './limits';

describe('CustomData', () => {
  it('hands on the very object, whatever JSON it holds', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue({ stringUnit: 'grapheme' })), (data) => {
        fc.pre(!JSON.stringify(data).includes('\\u0000'));
        expect(CustomData.parse(data)).toBe(data);
      }),
    );
  });

  it.each([
    ['null', null],
    ['a list', []],
    ['a text', 'x'],
    ['nothing', undefined],
    ['U+0000', { a: 'x\u0000' }],
    ['U+0000 in a name', { 'x\u0000': 1 }],
    ['a lone surrogate, deep inside', { a: [{ b: ['\udc00'] }] }],
    ['a byte too much', { a: 'x'.repeat(LIMITS.dataBytes - '{"a":""}'.length + 1) }],
    ['what is nested a level too deep', nested(LIMITS.dataLevels + 1)],
    ['what is nested deeper than the stack', nested(20_000)],
    ['too much outside ASCII', { a: 'ü'.repeat(LIMITS.dataBytes / 2) }],
  ])('refuses %s and says why', (_what, value) => {
    expect(customDataFault(value)).toMatch(/^must /);
    const parsed = CustomData.safeParse(value);
    expect(parsed.error?.issues[0]?.message).toBe(customDataFault(value));
  });

  it('takes as much as is allowed, and a backslash before what only looks like an escape', () => {
    for (const data of [
      { a: 'x'.repeat(LIMITS.dataBytes - '{"a":""}'.length) },
      nested(LIMITS.dataLevels),
      { a: '\\u0000' },
      { a: '\\\\ud800' },
    ]) {
      expect(customDataFault(data)).toBeUndefined();
    }
  });
});

/** An object of so many levels. */
function nested(levels: number): unknown {
  return { a: JSON.parse(`${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}`) as unknown };
}
