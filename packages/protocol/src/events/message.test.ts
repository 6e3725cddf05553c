import fc from 'fast-check';
import { LIMITS } from '../limits';
import { fitsMessage } from './fits-message';
import { decodeEvent, EVENT_KINDS } from './index';
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

  /** Almost right: each field is right, wrong or absent. */
  const mostly = <T>(right: fc.Arbitrary<T>, other: fc.Arbitrary<T | fc.JsonValue> = fc.jsonValue()) =>
    fc.oneof({ weight: 20, arbitrary: right }, { weight: 1, arbitrary: other });
  const id = mostly(mostly(fc.uuid(), fc.constant(message.sender_id.toUpperCase())));
  const times = [
    '2025-02-29T00:00:00.000Z',
    '2024-02-29T00:00:00Z',
    '2026-01-02T03:04:05+00:00',
    '+010000-01-01T00:00:00.000Z',
  ];
  const time = mostly(
    fc.integer({ min: 0, max: 4e12 }).map((ms) => new Date(ms).toISOString()),
    fc.constantFrom(...times),
  );
  const nearMessage = fc.record(
    {
      message_id: id,
      conversation_id: id,
      sender_id: id,
      content: mostly(mostly(fc.string({ unit: 'binary', minLength: 1 }), fc.constantFrom('', 'a\u0000', '\ud800'))),
      sent_at: mostly(time),
      recipient_id: id,
      data: mostly(fc.dictionary(fc.string(), fc.string())),
      reply_to: id,
      mentions: mostly(fc.array(fc.uuid(), { maxLength: LIMITS.mentions + 1 })),
      hue: fc.jsonValue(),
    },
    { requiredKeys: ['message_id', 'conversation_id', 'sender_id', 'content', 'sent_at'] },
  );
  // JSON may hold a field of this name, which an object literal cannot.
  const text = nearMessage.map((value) => JSON.stringify(value));
  const written = fc.oneof(
    { weight: 20, arbitrary: text },
    { weight: 1, arbitrary: text.map((value) => value.replace('{', '{"__proto__":{},')) },
  );

  it('is checked by hand as its schema says, and nothing fits that the schema refuses or changes', () => {
    const seen = { fits: 0, refused: 0, left: 0 };
    fc.assert(
      fc.property(written, (value) => {
        const json: unknown = JSON.parse(value);
        const parsed = EVENT_KINDS.message.record.safeParse(json);
        const decoded = decode(value);
        expect(decoded.ok).toBe(parsed.success);
        if (decoded.ok) expect(decoded.value).toStrictEqual(parsed.data);
        if (fitsMessage(json)) seen.fits += 1;
        else seen[parsed.success ? 'left' : 'refused'] += 1;
      }),
      { numRuns: 1_000 },
    );
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(20);
  });
});
