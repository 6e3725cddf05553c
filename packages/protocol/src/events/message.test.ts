import fc from 'fast-check';
import { LIMITS } from '../limits';
import { decodeEvent } from './index';
import type { ChatMessage } from './message';

const message: ChatMessage = {
  message_id: '159b727d-2ecd-5c11-98fc-77ab7aa143fc',
  conversation_id: 'b27c13f8-0cc7-576c-88a6-2272ec19e7db',
  sender_id: '123e4567-e89b-12d3-a456-426614174000',
  recipient_id: '789e0123-e45b-67d8-a901-324534567890',
  content: 'grüße 👋',
  sent_at: '2026-01-02T03:04:05.678Z',
};

const decode = (value: string | null) => decodeEvent('message', value);

describe('the record of a message', () => {
  it('is read back as it was written, with and without a recipient', () => {
    expect(decode(JSON.stringify(message))).toMatchObject({ ok: true, eventId: message.message_id, value: message });
    const group: ChatMessage = { ...message };
    delete group.recipient_id;
    expect(decode(JSON.stringify(group))).toMatchObject({ ok: true, value: group });
  });

  it.each([
    ['a tombstone', null],
    ['text that is not JSON', 'hello'],
    ['JSON null', 'null'],
    ['an array', '[]'],
    ['a message without content', JSON.stringify({ ...message, content: undefined })],
    ['a message id that is no UUID', JSON.stringify({ ...message, message_id: 'x' })],
    ['a time that is none', JSON.stringify({ ...message, sent_at: 'yesterday' })],
    ['empty content', JSON.stringify({ ...message, content: '' })],
    ['U+0000', JSON.stringify({ ...message, content: 'a\u0000' })],
    ['a lone surrogate', JSON.stringify({ ...message, content: '\ud800' })],
    ['too much content', JSON.stringify({ ...message, content: 'x'.repeat(LIMITS.contentBytes + 1) })],
  ])('cannot be %s: the answer is a reason', (_what, value) => {
    const decoded = decode(value);
    expect(decoded.ok).toBe(false);
    expect(decoded.ok ? '' : decoded.reason).not.toBe('');
  });

  it('never makes reading throw, whatever stands in the log', () => {
    const values = fc.oneof(fc.string({ unit: 'binary' }), fc.json(), fc.constant(null));
    fc.assert(
      fc.property(values, (value) => void decode(value)),
      { numRuns: 1_000 },
    );
  });
});
