import { decodeServerFrame } from '../frames/server-frames';
import { readEnvelope, writeEnvelope } from '../channels/envelopes';

const MARK = { message_id: '159b727d-2ecd-5c11-98fc-77ab7aa143fc', number: 7 };
const USER = '123e4567-e89b-12d3-a456-426614174000';
const FRAME = { type: 'receipts', conversation_id: USER, users: [{ user_id: USER, received: MARK, read: MARK }] };

describe('receipts', () => {
  it('are a frame that tells of no entry, with what this version does not know in it', () => {
    const frame = { ...FRAME, hue: 'blue', users: [{ user_id: USER, read: { ...MARK, hue: 1 } }] };
    expect(decodeServerFrame(JSON.stringify(frame))).toEqual({ ok: true, known: true, frame });
  });

  it.each([
    ['no users', { ...FRAME, users: undefined }],
    ['a user without an id', { ...FRAME, users: [{ read: MARK }] }],
    ['a mark without a number', { ...FRAME, users: [{ user_id: USER, read: { message_id: USER } }] }],
  ])('are not read with %s', (_what, frame) => {
    expect(decodeServerFrame(JSON.stringify(frame))).toMatchObject({ ok: false });
  });

  it('travel as the state of a conversation, with those who are not told', () => {
    const envelope = { kind: 'state' as const, state_kind: 'receipts', conversation_id: USER, not_for: [USER] };
    const read = readEnvelope(Buffer.from(writeEnvelope(envelope, JSON.stringify(FRAME))));
    expect(read).toMatchObject({ ok: true, envelope });
    expect(JSON.parse(Buffer.from((read as { frame: Uint8Array }).frame).toString())).toEqual(FRAME);
    const wrong = JSON.stringify({ ...envelope, not_for: 'nobody' });
    expect(readEnvelope(Buffer.from(wrong))).toEqual({ ok: false, reason: 'unreadable' });
  });
});
