import { InboxPage, OpenConnectionResponse } from './internal';

const ID = '159b727d-2ecd-5c11-98fc-77ab7aa143fc';
const USER = '123e4567-e89b-12d3-a456-426614174000';

describe('InboxPage', () => {
  it('passes on entries of any kind as they are, with fields it does not know', () => {
    const entry = {
      kind: 'x-of-tomorrow',
      seq: 4,
      event_id: ID,
      body: '{"type":"x-of-tomorrow","seq":4}',
      hue: 'blue',
    };
    const page = { head: 4, epoch: ID, entries: [entry], later: true };
    expect(InboxPage.parse(page)).toEqual(page);
  });

  it('reads a page of the version before as one of this', () => {
    const message = {
      message_id: ID,
      conversation_id: USER,
      sender_id: USER,
      content: 'hello',
      sent_at: '2026-01-02T03:04:05.678Z',
    };
    const entries = [
      { kind: 'message', seq: 1, message },
      { kind: 'left', seq: 2, conversation_id: USER },
    ];
    const page = InboxPage.parse({ head: 2, entries });
    expect(page.entries).toMatchObject([
      { kind: 'message', seq: 1, event_id: ID, conversation_id: USER, accepted_at_ms: Date.parse(message.sent_at) },
      { kind: 'left', seq: 2, conversation_id: USER },
    ]);
    expect(page.entries.map(({ body }) => JSON.parse(body) as unknown)).toMatchObject([
      { type: 'message', seq: 1, ...message },
      { type: 'left', seq: 2, conversation_id: USER },
    ]);
  });
});

describe('OpenConnectionResponse', () => {
  it('takes the answer of the version before, and fields of the next one', () => {
    const before = { head: 3, position: 1, skipped: 0, conversation_ids: [USER] };
    expect(OpenConnectionResponse.parse(before)).toEqual(before);
    expect(OpenConnectionResponse.parse({ ...before, hue: 'blue' })).toEqual({ ...before, hue: 'blue' });
  });
});
