/** Whatever a client sends is answered, never an accident. Inputs that broke it once go to regressions/. */
import fc from 'fast-check';
import { decodeClientFrame, ERRORS } from '@chat-app/protocol';
import regressions from './regressions/client-frames.json';

const field = fc.oneof(fc.jsonValue(), fc.uuid(), fc.integer(), fc.string({ unit: 'binary' }));
const nearFrame = fc
  .record(
    {
      type: fc.oneof(fc.constantFrom('send', 'received', 'authenticate', 'dance', 'toString'), fc.jsonValue()),
      id: field,
      recipient_id: field,
      conversation_id: field,
      sender_id: field,
      content: field,
      seq: field,
      token: field,
    },
    { requiredKeys: [] },
  )
  .map((frame) => JSON.stringify(frame));

function holds(text: string): void {
  const decoded = decodeClientFrame(text);
  if (decoded.ok) {
    expect(['send', 'received', 'authenticate']).toContain(decoded.frame.type);
    if (decoded.frame.type === 'received') expect(Number.isSafeInteger(decoded.frame.seq)).toBe(true);
  } else {
    expect(Object.keys(ERRORS)).toContain(decoded.code);
    expect(decoded.message).not.toBe('');
  }
}

describe('the decoder of client frames', () => {
  it.each(regressions)('does not mind $why', ({ text }) => holds(text));

  it('holds for any text', () => {
    fc.assert(fc.property(fc.oneof(nearFrame, fc.json(), fc.string({ unit: 'binary' })), holds), { numRuns: 1_000 });
  });
});
