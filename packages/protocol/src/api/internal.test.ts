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
});

describe('OpenConnectionResponse', () => {
  it('takes fields that it does not know', () => {
    const answer = { head: 3, position: 1, skipped: 0, conversation_ids: [USER], epoch: ID, features: [], hue: 'blue' };
    expect(OpenConnectionResponse.parse(answer)).toEqual(answer);
  });
});
