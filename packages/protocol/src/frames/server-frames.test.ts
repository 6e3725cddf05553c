import fc from 'fast-check';
import { decodeServerFrame, encodeServerFrame } from './server-frames';

describe('encodeServerFrame', () => {
  it('is one line of JSON, so that it may follow an envelope', () => {
    const text = encodeServerFrame({ type: 'error', code: 'invalid_json', message: 'line\nbreak' });
    expect(text).not.toContain('\n');
    expect(JSON.parse(text)).toEqual({ type: 'error', code: 'invalid_json', message: 'line\nbreak' });
  });
});

describe('decodeServerFrame', () => {
  it('keeps fields it does not know', () => {
    const frame = { type: 'stored', from: 3, message_ids: ['a'], hue: 'blue' };
    expect(decodeServerFrame(JSON.stringify(frame))).toEqual({ ok: true, known: true, frame });
  });

  it('passes on a type it does not know, with the number that makes it an entry', () => {
    expect(decodeServerFrame('{"type":"x-of-tomorrow","seq":7}')).toEqual({
      ok: true,
      known: false,
      type: 'x-of-tomorrow',
      seq: 7,
    });
    for (const seq of ['', ',"seq":"7"', ',"seq":1.5']) {
      expect(decodeServerFrame(`{"type":"constructor"${seq}}`)).toMatchObject({ known: false, seq: undefined });
    }
  });

  it.each(['', '{', 'null', '[]', '"x"', '{}', '{"type":7}', '{"type":"stored"}', '{"type":"message","seq":0}'])(
    'gives a reason for %j',
    (text) => {
      const decoded = decodeServerFrame(text);
      expect(decoded.ok ? '' : decoded.reason).not.toBe('');
    },
  );

  it('never throws', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void decodeServerFrame(text)));
  });
});
