import fc from 'fast-check';
import { LIMITS, type EventRecord } from '@chat-app/protocol';
import { decideReactions } from './apply-reactions';

type Reacted = EventRecord<'reacted'>;
const MESSAGE = 'm';

function reacted(actor_id: string, emoji: string, on = true): Reacted {
  return { kind: 'reacted', event_id: '', conversation_id: '', actor_id, message_id: MESSAGE, emoji, on };
}
const message = (reactions: { emoji: string; count: number; user_ids: string[] }[] = [], is_deleted = false) => [
  { message_id: MESSAGE, is_deleted, reactions },
];
const emojisOf = (rows: readonly { user_id: string; emoji: string }[]) =>
  rows.map(({ user_id, emoji }) => user_id + emoji);

describe('deciding reactions', () => {
  it('takes a reaction once, and takes back only what is there', () => {
    const { added, removed } = decideReactions(message([{ emoji: 'B', count: 1, user_ids: ['ann'] }]), [
      reacted('ann', 'A'),
      reacted('ann', 'A'),
      reacted('ann', 'B'),
      reacted('bob', 'B', false),
    ]);
    expect(emojisOf(added)).toEqual(['annA']);
    expect(removed).toEqual([]);
  });

  it('takes none for a message that is deleted', () => {
    expect(decideReactions(message([], true), [reacted('ann', 'A')])).toEqual({ added: [], removed: [] });
  });

  it('takes no different one beyond the bound of the message, but one that is there from another user', () => {
    const full = Array.from({ length: LIMITS.reactionsPerMessage }, (_, n) => ({
      emoji: String(n),
      count: 1,
      user_ids: [],
    }));
    const decided = decideReactions(message(full), [reacted('ann', 'new'), reacted('ann', '3')]);
    expect(emojisOf(decided.added)).toEqual(['ann3']);
  });

  it('has room again once the last of a reaction is taken back', () => {
    const full = Array.from({ length: LIMITS.reactionsPerMessage }, (_, n) => ({
      emoji: String(n),
      count: 1,
      user_ids: n === 0 ? ['bob'] : [],
    }));
    const decided = decideReactions(message(full), [reacted('bob', '0', false), reacted('ann', 'new')]);
    expect(emojisOf(decided.added)).toEqual(['annnew']);
    expect(emojisOf(decided.removed)).toEqual(['bob0']);
  });

  it('takes no more from one user than their bound', () => {
    const many = Array.from({ length: LIMITS.reactionsPerUser + 3 }, (_, n) => reacted('ann', String(n)));
    expect(decideReactions(message(), many).added).toHaveLength(LIMITS.reactionsPerUser);
  });

  it('comes to the same in one batch as one by one', () => {
    const command = fc.tuple(fc.constantFrom('ann', 'bob'), fc.constantFrom('A', 'B', 'C'), fc.boolean());
    fc.assert(
      fc.property(fc.array(command, { maxLength: 30 }), (commands) => {
        const values = commands.map((one) => reacted(...one));
        const apply = (rows: Set<string>, batch: readonly Reacted[]): Set<string> => {
          const reactions = ['A', 'B', 'C'].flatMap((emoji) => {
            const user_ids = ['ann', 'bob'].filter((user) => rows.has(user + emoji));
            return user_ids.length > 0 ? [{ emoji, count: user_ids.length, user_ids }] : [];
          });
          const { added, removed } = decideReactions(message(reactions), batch);
          const after = new Set([...rows, ...emojisOf(added)]);
          for (const gone of emojisOf(removed)) expect(after.delete(gone)).toBe(true);
          return after;
        };
        const oneByOne = values.reduce((rows, value) => apply(rows, [value]), new Set<string>());
        expect(apply(new Set(), values)).toEqual(oneByOne);
        const last = new Map(values.map(({ actor_id = '', emoji, on }) => [actor_id + emoji, on]));
        expect(oneByOne).toEqual(new Set([...last].filter(([, on]) => on).map(([key]) => key)));
      }),
    );
  });
});
