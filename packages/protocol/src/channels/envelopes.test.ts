import fc from 'fast-check';
import { encodeEnvelope } from './legacy-envelopes';
import { readEnvelope, writeEnvelope, type ChannelEnvelope, type ReadEnvelope } from './envelopes';

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

describe('envelopes during a rolling upgrade', () => {
  const [id, user] = [UUID, '789e0123-e45b-67d8-a901-324534567890'];

  it('of the version before are read as those of this version', () => {
    const message = encodeEnvelope(
      { kind: 'message', message_id: id, conversation_id: id, sender_id: user, origin: 'pod-1:7', accepted_at_ms: 5 },
      '{"type":"message"}',
    );
    expect(read(message)).toMatchObject({
      envelope: { kind: 'event', event_kind: 'message', event_id: id, actor_id: user, accepted_at_ms: 5 },
    });
    const stored = encodeEnvelope({ kind: 'stored', message_ids: [id], positions: { [user]: [3] } });
    expect(read(stored).envelope).toMatchObject({ kind: 'stored', event_ids: [id], positions: { [user]: [3] } });
  });

  it('make a join or leave that the version before announces be read from the inbox', () => {
    const notice = { kind: 'membership', user_id: user, conversation_id: id, change: 'left', seq: 4 } as const;
    const { envelope } = read(encodeEnvelope(notice));
    expect(envelope).toMatchObject({ kind: 'stored', positions: { [user]: [4] } });
    expect(envelope.kind === 'stored' && envelope.event_ids).toHaveLength(1);
  });

  it('say what was stored to pods of the version before in their words too', () => {
    const written = writeEnvelope({ kind: 'stored', event_ids: [id], positions: { [user]: [3] } });
    expect(JSON.parse(written)).toMatchObject({ kind: 'stored', message_ids: [id], positions: { [user]: [3] } });
  });
});
