import fc from 'fast-check';
import { USER_1, USER_2 } from '../../testing/fake-server';
import { CONVERSATION, SENT_AT, uuid } from '../../testing/scene';
import { Receipts } from './receipts';
import type { MessageView, TimelineItem } from './views';

const THIRD = uuid(3);
const mark = (n: number) => ({ message_id: uuid(n), number: n });
const own = (n: number, numbered = true, sent_at = SENT_AT): MessageView => ({
  ...{ message_id: uuid(n), conversation_id: CONVERSATION, sender_id: USER_1, content: `${n}`, sent_at },
  ...{ own: true, state: 'stored', ...(numbered && { number: n }) },
});
const itemsOf = (...messages: MessageView[]): TimelineItem[] =>
  messages.map((message) => ({ kind: 'message', message }));
const states = (receipts: Receipts, items: TimelineItem[], stored = items.length) =>
  receipts.show(items, stored).map((item) => (item.kind === 'message' ? item.message.state : item.kind));
const member = (user_id: string, joined_at = SENT_AT) => ({ user_id, role: 'member' as const, joined_at });

describe('receipts of others', () => {
  it('turn what is stored into received and read, up to where the other came', () => {
    const receipts = new Receipts(USER_1);
    const items = itemsOf(own(11), own(12), own(13));
    expect(states(receipts, items)).toEqual(['stored', 'stored', 'stored']);
    receipts.told([{ user_id: USER_2, received: mark(12), read: mark(11) }]);
    expect(states(receipts, items)).toEqual(['read', 'received', 'stored']);
  });

  it('reach live messages, which have no number, by the message that they name, and stay', () => {
    const receipts = new Receipts(USER_1);
    const items = itemsOf(own(11, false), own(12, false), own(13, false));
    receipts.told([{ user_id: USER_2, received: mark(12) }]);
    expect(states(receipts, items)).toEqual(['received', 'received', 'stored']);
    // A message that is not known here yet.
    receipts.told([{ user_id: USER_2, received: mark(20) }]);
    expect(states(receipts, items)).toEqual(['received', 'received', 'stored']);
  });

  it('say nothing of messages that are not stored yet, and nothing of one’s own reading', () => {
    const receipts = new Receipts(USER_1);
    receipts.told([{ user_id: USER_1, read: mark(20) }]);
    expect(states(receipts, itemsOf(own(11)))).toEqual(['stored']);
    receipts.told([{ user_id: USER_2, read: mark(20) }]);
    expect(states(receipts, itemsOf(own(11), own(12)), 1)).toEqual(['read', 'stored']);
    expect(states(receipts, itemsOf({ ...own(11), state: 'accepted' }))).toEqual(['accepted']);
  });

  it('are counted in a group, without those who joined later', () => {
    const receipts = new Receipts(USER_1);
    const members = [USER_2, THIRD, uuid(4)].map((id) => ({ ...member(id), received: mark(12), read: mark(11) }));
    const late = { ...member(uuid(5), '2026-01-03T00:00:00.000Z'), received: mark(12), read: mark(12) };
    receipts.answered({ members: [...members, late] }, receipts.ask(), true);
    const shown = receipts.show(itemsOf(own(11), own(12)), 2);
    expect(shown).toMatchObject([
      { message: { state: 'read', received_by: 3, read_by: 3 } },
      { message: { state: 'received', received_by: 3, read_by: 0 } },
    ]);
  });

  it('go with whoever tells nothing any more, unless that was told since the question', () => {
    const receipts = new Receipts(USER_1);
    receipts.told([{ user_id: USER_2, read: mark(11) }]);
    const question = receipts.ask();
    receipts.told([{ user_id: THIRD, read: mark(11) }]);
    receipts.answered({ members: [member(USER_2), member(THIRD)] }, question, true);
    expect(receipts.show(itemsOf(own(11)), 1)).toMatchObject([{ message: { read_by: 1 } }]);
    receipts.forget();
    expect(states(receipts, itemsOf(own(11)))).toEqual(['stored']);
  });

  it('make no new object of a message where nothing changed', () => {
    const receipts = new Receipts(USER_1);
    const items = itemsOf(own(11));
    receipts.told([{ user_id: USER_2, read: mark(11) }]);
    const [one] = receipts.show(items, 1);
    receipts.told([{ user_id: USER_2, read: mark(11), received: mark(11) }]);
    const [again] = receipts.show(items, 1);
    expect((again as { message: MessageView }).message).toBe((one as { message: MessageView }).message);
  });

  it('come to the same in whatever order and however often they come', () => {
    const receipt = fc.record({
      user_id: fc.constantFrom(USER_2, THIRD),
      received: fc.option(fc.integer({ min: 1, max: 9 }).map(mark), { nil: undefined }),
      read: fc.option(fc.integer({ min: 1, max: 9 }).map(mark), { nil: undefined }),
    });
    const items = itemsOf(...Array.from({ length: 9 }, (_, index) => own(index + 1)));
    const told = (all: { user_id: string; received: unknown; read: unknown }[]) => {
      const receipts = new Receipts(USER_1);
      for (const one of all) receipts.told([JSON.parse(JSON.stringify(one)) as { user_id: string }]);
      return receipts.show(items, items.length);
    };
    fc.assert(
      fc.property(fc.array(receipt, { maxLength: 8 }), fc.infiniteStream(fc.nat()), (all, order) => {
        const shuffled = [...all, ...all.slice(0, 2)]
          .map((one) => ({ one, at: order.next().value as number }))
          .sort((a, b) => a.at - b.at);
        expect(told(shuffled.map(({ one }) => one))).toEqual(told(all));
      }),
    );
  });
});
