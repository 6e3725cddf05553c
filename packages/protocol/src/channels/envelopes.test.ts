import fc from 'fast-check';
import {
  EventEnvelope,
  readEnvelope,
  StoredEventsEnvelope,
  writeEnvelope,
  type ChannelEnvelope,
  type ReadEnvelope,
} from './envelopes';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (frame: Uint8Array | undefined): string | undefined => frame && new TextDecoder().decode(frame);
const UUID = '123e4567-e89b-12d3-a456-426614174000';

const event: ChannelEnvelope = {
  kind: 'event',
  event_kind: 'message',
  event_id: UUID,
  conversation_id: UUID,
  actor_id: UUID,
  origin: 'pod-1:7',
  traceparent: '00-1-1-01',
};
const envelopes: ChannelEnvelope[] = [
  event,
  { kind: 'stored', event_ids: [UUID], positions: { [UUID]: [3] } },
  { kind: 'signed_out', user_id: UUID, session_ids: [UUID] },
  { kind: 'typing', conversation_id: UUID, user_id: UUID, active: true },
  { kind: 'blocks_changed', user_id: UUID },
  { kind: 'presence', user_id: UUID },
];

function read(payload: string): Extract<ReadEnvelope, { ok: true }> {
  const result = readEnvelope(bytes(payload));
  if (!result.ok) throw new Error(`the envelope is ${result.reason}`);
  return result;
}

describe('envelopes', () => {
  it.each(envelopes.map((envelope) => [envelope.kind, envelope] as const))(
    'read back %s as written',
    (_kind, envelope) => {
      expect(read(writeEnvelope(envelope))).toMatchObject({ envelope, frame: undefined });
    },
  );

  it('carry a frame as the bytes it is, whatever it holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (content) => {
        const frame = JSON.stringify({ type: 'message', content });
        const result = read(writeEnvelope(event, frame));
        expect(result.envelope).toEqual(event);
        expect(text(result.frame)).toBe(frame);
      }),
    );
  });

  it('give the frame as a view, without a copy', () => {
    const payload = bytes(writeEnvelope(event, '{}'));
    const result = readEnvelope(payload);
    expect(result.ok && result.frame?.buffer).toBe(payload.buffer);
  });

  it('keep fields that a newer pod adds', () => {
    expect(read(JSON.stringify({ ...event, hue: 'blue' })).envelope).toEqual({ ...event, hue: 'blue' });
  });

  it('pass on kinds of events that this version does not know', () => {
    const unknown: ChannelEnvelope = { ...event, event_kind: 'x-of-tomorrow' };
    expect(read(writeEnvelope(unknown, '{}')).envelope).toEqual(unknown);
  });

  it('are told apart where a newer pod says what this version does not know, and where nothing can be read', () => {
    expect(readEnvelope(bytes('{"kind":"dance"}'))).toEqual({ ok: false, reason: 'unknown_kind' });
    const unreadable = ['', '{}', '[]', 'null', '"event"', '{"kind":null}', '{', '\n{}', '{"kind":"event"}'];
    for (const payload of [...unreadable, '{"kind":"stored","event_ids":[],"positions":{"u":["x"]}}']) {
      expect(readEnvelope(bytes(payload))).toEqual({ ok: false, reason: 'unreadable' });
    }
  });

  it('never throw on any bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (payload) => void readEnvelope(payload)));
    fc.assert(fc.property(fc.json(), (payload) => void readEnvelope(bytes(payload))));
  });
});

/** Almost right: each field of a notice is right, wrong or absent. */
const nearly = <T>(right: fc.Arbitrary<T>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 8, arbitrary: right }, fc.jsonValue());
const nearNotice = fc.record({
  kind: fc.constant('stored'),
  event_ids: nearly(fc.array(nearly(fc.uuid()), { maxLength: 3 })),
  positions: nearly(fc.dictionary(fc.uuid(), nearly(fc.array(nearly(fc.nat()), { maxLength: 3 })), { maxKeys: 3 })),
  hue: fc.jsonValue(),
});

const nearEvent = fc.record(
  {
    kind: fc.constant('event'),
    event_kind: nearly(fc.string()),
    event_id: nearly(fc.uuid()),
    conversation_id: nearly(fc.uuid()),
    actor_id: nearly(fc.uuid()),
    origin: nearly(fc.string()),
    accepted_at_ms: nearly(fc.nat()),
    traceparent: nearly(fc.string()),
    hue: fc.jsonValue(),
  },
  { requiredKeys: ['kind'] },
);

describe('the check by hand of what comes with each message', () => {
  it.each([
    ['a stored notice', nearNotice, StoredEventsEnvelope],
    ['an event', nearEvent, EventEnvelope],
  ])('says of %s what the schema says', (_what, near: fc.Arbitrary<unknown>, schema) => {
    const taken = { yes: 0, no: 0 };
    fc.assert(
      fc.property(near, (envelope) => {
        const payload = JSON.stringify(envelope);
        const parsed = schema.safeParse(JSON.parse(payload));
        taken[parsed.success ? 'yes' : 'no'] += 1;
        expect(readEnvelope(bytes(payload))).toEqual(
          parsed.success ? { ok: true, envelope: parsed.data, frame: undefined } : { ok: false, reason: 'unreadable' },
        );
      }),
      { numRuns: 2_000 },
    );
    expect(Math.min(taken.yes, taken.no)).toBeGreaterThan(20);
  });
});
