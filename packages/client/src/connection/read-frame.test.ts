import fc from 'fast-check';
import { readFrame } from './read-frame';

describe('readFrame', () => {
  it('reads what this version knows, further fields included', () => {
    const frame = { type: 'accepted', id: '1', message_id: 'm', conversation_id: 'c', sent_at: 'now', later: true };
    expect(readFrame(JSON.stringify(frame))).toEqual(frame);
  });

  it('reads what was stored under the older and the newer name of its ids', () => {
    for (const name of ['message_ids', 'event_ids']) {
      const frame = { type: 'stored', from: 3, [name]: ['a'] };
      expect(readFrame(JSON.stringify(frame))).toEqual({ type: 'stored', from: 3, event_ids: ['a'] });
    }
  });

  it.each([
    { type: 'x-wave', seq: 4, anything: 1 },
    { type: 'x-wave', event_id: 'e' },
    { type: 'message', message_id: 'a', seq: 1 },
    { type: 'conversation', seq: 1, conversation_id: 'c', change: 'renamed' },
    { type: '__proto__', seq: 1 },
  ])('takes %j for an entry: it has a number, or an id that will get one', (frame) => {
    expect(readFrame(JSON.stringify(frame))).toEqual({ type: 'entry', entry: frame });
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
    '{"type":"x-wave","seq":"4"}',
    '{"type":"x-wave","seq":0}',
    '{"type":"conversation"}',
    '{"type":"welcome","user_id":"u","device_id":"d","ping_interval_ms":1,"limits":{}}',
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
