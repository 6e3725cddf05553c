import fc from 'fast-check';
import { readFrame } from './read-frame';

describe('readFrame', () => {
  it('reads what this version knows, further fields included', () => {
    const frame = { type: 'stored', from: 3, message_ids: ['a'], later: true };
    expect(readFrame(JSON.stringify(frame))).toEqual(frame);
  });

  it.each([
    '',
    'null',
    '[]',
    '{}',
    '{"type":5}',
    '{"type":"presence"}',
    '{"type":"__proto__"}',
    '{"type":"stored","from":-1,"message_ids":[]}',
    '{"type":"stored","from":1,"message_ids":[5]}',
    '{"type":"message","message_id":"a"}',
    '{"type":"conversation","seq":1,"conversation_id":"c","change":"renamed"}',
    '{"type":"reconnect","after_ms":"soon"}',
  ])('ignores %s', (text) => {
    expect(readFrame(text)).toBeUndefined();
  });

  it('never throws', () => {
    const anything = fc.oneof(fc.string({ unit: 'binary' }), fc.json(), fc.anything());
    fc.assert(
      fc.property(anything, (data) => void readFrame(data)),
      { numRuns: 1_000 },
    );
  });
});
