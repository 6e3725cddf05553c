import type { MessageView, TimelineView } from '@chat-app/client/store';
import { rowsOf } from './rows';

const at = (day: number, hour: number, minute = 0): string => new Date(2026, 2, day, hour, minute).toISOString();

function message(message_id: string, sender_id: string, sent_at: string): TimelineView['items'][number] {
  return { kind: 'message', message: { message_id, sender_id, sent_at } as MessageView };
}

/** The rows in short: a message that begins a group of one sender has a star. */
function shown(items: TimelineView['items']): string[] {
  return rowsOf({ items } as TimelineView).map((row) => {
    if (row.kind === 'message') return `${row.message.message_id}${row.isFirst ? '*' : ''}`;
    return row.kind === 'day' ? 'day' : row.kind;
  });
}

describe('the rows of a conversation', () => {
  it('have a line before the first message of each day, also where one sender goes on past midnight', () => {
    expect(
      shown([message('a', 'x', at(19, 23, 58)), message('b', 'x', at(19, 23, 59)), message('c', 'x', at(20, 0, 1))]),
    ).toEqual(['begin', 'day', 'a*', 'b', 'day', 'c*']);
  });

  it('put messages of one sender together, until another writes or five minutes pass', () => {
    expect(
      shown([
        message('a', 'x', at(20, 9, 0)),
        message('b', 'x', at(20, 9, 4)),
        message('c', 'y', at(20, 9, 5)),
        message('d', 'x', at(20, 9, 6)),
        message('e', 'x', at(20, 9, 11)),
      ]),
    ).toEqual(['begin', 'day', 'a*', 'b', 'c*', 'd*', 'e*']);
  });

  it('have a gap where messages are not loaded, and the day again after it', () => {
    const gap = { kind: 'gap', gap: { gap_id: 'g' } } as TimelineView['items'][number];
    expect(shown([gap, message('a', 'x', at(20, 9, 0)), gap, message('b', 'x', at(20, 9, 1))])).toEqual([
      'gap',
      'day',
      'a*',
      'gap',
      'day',
      'b*',
    ]);
  });

  it('are as many for a message as before when it is edited: each has a key of its own that stays', () => {
    const [first, again] = ['one', 'two'].map((content) =>
      rowsOf({
        items: [
          { kind: 'message', message: { message_id: 'a', sender_id: 'x', content, sent_at: at(20, 9) } as MessageView },
        ],
      } as unknown as TimelineView),
    );
    expect(again?.map(({ key }) => key)).toEqual(first?.map(({ key }) => key));
    expect(new Set(first?.map(({ key }) => key)).size).toBe(first?.length);
  });
});
