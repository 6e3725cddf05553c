/** Whatever stands in the log is an answer, never an accident. Inputs that broke it once go to regressions/. */
import fc from 'fast-check';
import { decodeEvent, readEnvelope, type ChatMessage } from '@chat-app/protocol';
import type { LogRecord } from '@chat-app/message-log';
import { decodeBatch } from '../../services/persistence/src/storing/decode-batch';
import regressions from './regressions/log-records.json';

const record = (value: string | null): LogRecord => ({
  topic: 'messages',
  partition: 0,
  offset: '1',
  key: 'k',
  value,
  raw: value === null ? null : Buffer.from(value),
  headers: {},
  timestampMs: 0,
});
const uuid = fc.uuid();
/** Almost right: each field of a message is right, wrong or absent. */
const nearMessage = fc
  .record(
    {
      message_id: fc.oneof(uuid, fc.anything()),
      conversation_id: fc.oneof(uuid, fc.anything()),
      sender_id: fc.oneof(uuid, fc.anything()),
      recipient_id: fc.oneof(uuid, fc.anything()),
      content: fc.oneof(fc.string({ unit: 'binary' }), fc.anything()),
      sent_at: fc.oneof(
        fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
        fc.anything(),
      ),
    },
    { requiredKeys: [] },
  )
  .map(stringify);
const value = fc.oneof(nearMessage, fc.json(), fc.string({ unit: 'binary' }), fc.constant(null));

function stringify(thing: unknown): string {
  try {
    return JSON.stringify(thing, (_key, part: unknown) => (typeof part === 'bigint' ? String(part) : part)) ?? 'null';
  } catch {
    return 'null';
  }
}

function holds(given: string | null): void {
  const decoded = decodeEvent('message', given);
  if (decoded.ok) {
    const message = decoded.value as ChatMessage;
    // What was taken for a message can be stored: PostgreSQL refuses U+0000 and what is no UTF-8.
    expect(message.content).not.toContain('\u0000');
    expect(message.content.isWellFormed()).toBe(true);
    expect(Number.isNaN(Date.parse(message.sent_at))).toBe(false);
  } else expect(decoded.reason).not.toBe('');
  const { incoming, bad } = decodeBatch([record(given)]);
  expect(incoming.length + bad.length).toBe(1);
}

describe('the decoder of log records', () => {
  it.each(regressions)('does not mind $why', ({ value: given }) => holds(given));

  it('holds for any value', () => {
    fc.assert(fc.property(value, holds), { numRuns: 1_000 });
  });

  it('keeps each record of a batch, in order, whatever its neighbours are', () => {
    fc.assert(
      fc.property(fc.array(value, { maxLength: 30 }), (values) => {
        const records = values.map((one, index) => ({ ...record(one), offset: String(index) }));
        const { incoming, bad } = decodeBatch(records);
        const offsets = [...incoming, ...bad].map((one) => Number(one.record.offset)).sort((a, b) => a - b);
        expect(offsets).toEqual(records.map((_, index) => index));
      }),
    );
  });
});

describe('the decoder of envelopes', () => {
  it('never throws, whatever another pod publishes', () => {
    const payload = fc.oneof(
      fc.uint8Array({ maxLength: 500 }),
      fc.json().map((text) => Buffer.from(text)),
      fc
        .record({ kind: fc.constantFrom('event', 'stored', 'signed_out', 'x-of-tomorrow'), positions: fc.anything() })
        .map((one) => Buffer.from(`${stringify(one)}\n{}`)),
    );
    fc.assert(
      fc.property(payload, (bytes) => void readEnvelope(bytes)),
      { numRuns: 1_000 },
    );
  });
});
