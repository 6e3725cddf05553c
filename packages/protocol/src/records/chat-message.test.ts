import fc from 'fast-check';
import { LIMITS } from '../limits';
import type { ChatMessage } from '../events/message';
import { decodeChatMessage, encodeChatMessage } from './chat-message';

const message: ChatMessage = {
  message_id: '159b727d-2ecd-5c11-98fc-77ab7aa143fc',
  conversation_id: 'b27c13f8-0cc7-576c-88a6-2272ec19e7db',
  sender_id: '123e4567-e89b-12d3-a456-426614174000',
  recipient_id: '789e0123-e45b-67d8-a901-324534567890',
  content: 'grüße 👋',
  sent_at: '2026-01-02T03:04:05.678Z',
};

describe('decodeChatMessage', () => {
  it('reads back what was written, with and without a recipient', () => {
    expect(decodeChatMessage(encodeChatMessage(message))).toEqual({ ok: true, message });
    const group: ChatMessage = { ...message };
    delete group.recipient_id;
    expect(decodeChatMessage(encodeChatMessage(group))).toEqual({ ok: true, message: group });
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
  ])('answers with a reason for %s', (_what, value) => {
    const decoded = decodeChatMessage(value);
    expect(decoded.ok).toBe(false);
    expect(decoded.ok ? '' : decoded.reason).not.toBe('');
  });

  it('never throws, whatever stands in the log', () => {
    const values = fc.oneof(fc.string({ unit: 'binary' }), fc.json(), fc.constant(null));
    fc.assert(
      fc.property(values, (value) => void decodeChatMessage(value)),
      { numRuns: 1_000 },
    );
  });
});
