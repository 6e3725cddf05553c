import fc from 'fast-check';
import { Bundler, readBundle, writeBundle } from './bundles';

const read = (bundle: string): string[] => readBundle(Buffer.from(bundle)).map((one) => Buffer.from(one).toString());

describe('a bundle', () => {
  it('gives back the payloads it was made of, whatever they hold', () => {
    const payload = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string().map((text) => `\u001E${text}`),
    );
    fc.assert(
      fc.property(fc.array(payload, { minLength: 1 }), (payloads) => {
        expect(read(writeBundle(payloads))).toEqual(payloads.map((text) => Buffer.from(text).toString()));
      }),
    );
  });

  it('of one payload is that payload: a subscriber of an earlier version reads it', () => {
    expect(writeBundle(['{"kind":"event"}'])).toBe('{"kind":"event"}');
  });

  it('that is broken is one payload, which its receiver refuses', () => {
    for (const broken of ['\u001E', '\u001E5\nab', '\u001E1\nab', '\u001E-1\n', '\u001Ex\nab', '\u001E1,1']) {
      expect(read(broken)).toEqual([broken]);
    }
  });
});

describe('publishing in bundles', () => {
  it('sends what one tick publishes to a channel as one, in its order, and tells each how it went', async () => {
    const published: string[] = [];
    const bundler = new Bundler(async (channel, bundle) => {
      published.push(`${channel}=${read(bundle).join('|')}`);
      if (channel === 'b') throw new Error('refused');
    });
    const outcomes = await Promise.allSettled([
      bundler.add('a', '1'),
      bundler.add('b', '2'),
      bundler.add('a', '3'),
      bundler.add('b', '4'),
    ]);
    expect(published).toEqual(['a=1|3', 'b=2|4']);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'rejected']);
    await bundler.add('a', '5');
    expect(published.at(-1)).toBe('a=5');
  });
});
