import fc from 'fast-check';
import { conversationChannel, userChannel } from './channels';
import { decodeEnvelope, encodeEnvelope, type Envelope } from './legacy-envelopes';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (body: Uint8Array | undefined): string | undefined => body && new TextDecoder().decode(body);
const UUID = '123e4567-e89b-12d3-a456-426614174000';

const envelopes: Envelope[] = [
  {
    kind: 'message',
    message_id: UUID,
    conversation_id: UUID,
    sender_id: UUID,
    origin: 'pod-1:7',
    traceparent: '00-1-1-01',
  },
  { kind: 'stored', message_ids: [UUID], positions: { [UUID]: [3] } },
  { kind: 'membership', user_id: UUID, conversation_id: UUID, change: 'joined', seq: 4 },
  { kind: 'signed_out', user_id: UUID, session_ids: [UUID] },
];

describe('legacy envelopes', () => {
  it.each(envelopes.map((envelope) => [envelope.kind, envelope] as const))(
    'read back %s as written',
    (_kind, envelope) => {
      expect(decodeEnvelope(bytes(encodeEnvelope(envelope)))).toEqual({ envelope, body: undefined });
    },
  );

  it('carry a frame as the bytes it is, whatever it holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (content) => {
        const frame = JSON.stringify({ type: 'message', content });
        const decoded = decodeEnvelope(bytes(encodeEnvelope(envelopes[0]!, frame)));
        expect(decoded?.envelope).toEqual(envelopes[0]);
        expect(text(decoded?.body)).toBe(frame);
      }),
    );
  });

  it('give the frame as a view, without a copy', () => {
    const payload = bytes(encodeEnvelope(envelopes[0]!, '{}'));
    expect(decodeEnvelope(payload)?.body?.buffer).toBe(payload.buffer);
  });

  it('are ignored where a newer pod says what this version does not know', () => {
    for (const unknown of ['', '{}', '[]', 'null', '"message"', '{"kind":"dance"}', '{"kind":null}', '{', '\n{}']) {
      expect(decodeEnvelope(bytes(unknown))).toBeUndefined();
    }
  });

  it('never throw on any bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (payload) => void decodeEnvelope(payload)));
  });
});

describe('channels', () => {
  it('keep users and conversations apart', () => {
    expect(userChannel(UUID)).toBe(`user:${UUID}`);
    expect(conversationChannel(UUID)).toBe(`conversation:${UUID}`);
  });
});
