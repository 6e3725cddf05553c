import * as fc from 'fast-check';
import { RESULT_PARSERS, toText } from './convert-values';

const TEXT_ARRAY = 1009;
const TIMESTAMP = 1184;

describe('values in PostgreSQL’s text form', () => {
  it('give back any array of texts as it was', () => {
    const parse = RESULT_PARSERS.get(TEXT_ARRAY)!;
    const texts = fc.array(
      fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('', 'NULL', '"', '\\', '{}', ',', null)),
    );
    fc.assert(fc.property(texts, (array) => expect(parse(toText(array)!)).toEqual(array)));
  });

  it.each([
    ['2024-02-29 12:34:56+00', '2024-02-29T12:34:56.000Z'],
    ['2024-02-29 12:34:56.7+02', '2024-02-29T10:34:56.700Z'],
    ['2024-02-29 12:34:56.789999-03:30', '2024-02-29T16:04:56.789Z'],
  ])('read a time with its offset: %s', (text, iso) => {
    expect(RESULT_PARSERS.get(TIMESTAMP)!(text)).toEqual(new Date(iso));
  });

  it.each(['infinity', '0044-03-15 12:00:00+00 BC'])('refuse a time that a date cannot hold: %s', (text) => {
    expect(() => RESULT_PARSERS.get(TIMESTAMP)!(text)).toThrow('timestamp');
  });
});
