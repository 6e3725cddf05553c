import fc from 'fast-check';
import { parse, v5 } from 'uuid';
import { nameBasedId } from './name-based-id';

const NAMESPACE = parse('6f1c1f2e-8f0b-5a53-9d5e-0d6e0c8f7a11');

describe('an id by name', () => {
  it('is the one that RFC 9562 gives, of any name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        expect(nameBasedId(name, NAMESPACE)).toBe(v5(new TextEncoder().encode(name), NAMESPACE));
      }),
      { numRuns: 1_000 },
    );
  });

  it.each([0, 1, 2_725, 2_731, 8_192, 100_000])('is the same of a name of %i characters', (length) => {
    for (const unit of ['a', 'ü', '日', '👋']) {
      const name = unit.repeat(length);
      expect(nameBasedId(name, NAMESPACE)).toBe(v5(new TextEncoder().encode(name), NAMESPACE));
    }
  });

  it('keeps apart what is hashed after something longer', () => {
    const before = nameBasedId('short', NAMESPACE);
    nameBasedId('x'.repeat(5_000), NAMESPACE);
    expect(nameBasedId('short', NAMESPACE)).toBe(before);
  });
});
