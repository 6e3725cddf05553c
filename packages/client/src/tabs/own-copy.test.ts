import { readFrame } from '../connection/read-frame';
import { readEntry } from '../entries';
import { ownCopy } from './own-copy';

const accepted = {
  type: 'accepted' as const,
  id: 'a',
  message_id: 'event',
  conversation_id: 'c',
  sent_at: '2026-01-02T03:04:05.678Z',
};
const told = (command: Record<string, unknown>) => {
  const frame = readFrame(JSON.stringify(ownCopy(command, accepted, 'me')));
  if (frame?.type !== 'entry') throw new Error('not an entry');
  return readEntry(frame.entry);
};

describe('ownCopy', () => {
  it('is the message that another device would be told of', () => {
    const { id, event, value } = told({
      ...{ type: 'send', id: 'a', after: 'b', recipient_id: 'you', content: 'hello' },
      ...{ reply_to: 'm', mentions: ['you'], data: { any: 1 } },
    });
    expect([id, event]).toEqual(['event', 'message']);
    expect(value).toEqual({
      ...{ message_id: 'event', conversation_id: 'c', sender_id: 'me', recipient_id: 'you', content: 'hello' },
      ...{ reply_to: 'm', mentions: ['you'], data: { any: 1 }, sent_at: accepted.sent_at },
    });
  });

  it.each([
    [{ type: 'edit', id: 'a', conversation_id: 'c', message_id: 'm', content: 'other' }, 'edited'],
    [{ type: 'delete', id: 'a', recipient_id: 'you', message_id: 'm' }, 'deleted'],
  ])('is the change that %j makes', (command, kind) => {
    const { id, event, value } = told(command);
    expect([id, event]).toEqual(['event', kind]);
    expect(value).toMatchObject({ message_id: 'm', conversation_id: 'c', actor_id: 'me', at: accepted.sent_at });
  });

  it('says the id of what a command unknown to this version made, so that its number leaves no hole', () => {
    expect(told({ type: 'x-wave', id: 'a', conversation_id: 'c' })).toMatchObject({ id: 'event', event: 'entry' });
  });
});
