import { check, clean, PROMISES, type BrokenPromise } from './check';
import { unchecked } from './count-checked';
import type { Evidence, Observation } from './history';

type Plain = {
  -readonly [Key in keyof Evidence['stores']]-?: NonNullable<Evidence['stores'][Key]> extends readonly (infer Row)[]
    ? Row[]
    : never;
};

/** Ann sends Ben three messages, one after another; each is accepted, stored and shown. */
function quietDay() {
  const ids = ['m1', 'm2', 'm3'];
  const observations: Observation[] = ids.flatMap((message_id, index): Observation[] => {
    const at = 1_000 * (index + 1);
    const content = `from ann, number ${index}`;
    const common = { conversation_id: 'ann-ben', content };
    return [
      { kind: 'sent', at, user: 'ann', client_id: `c${index}`, ...common },
      { kind: 'accepted', at: at + 5, user: 'ann', client_id: `c${index}`, message_id },
      { kind: 'shown', at: at + 9, user: 'ben', device: 'ben-phone', message_id, sender_id: 'ann', ...common },
      { kind: 'positioned', at: at + 20, user: 'ben', device: 'ben-phone', seq: index + 1, message_id },
    ];
  });
  const stores: Plain = {
    messages: ids.map((message_id, index) => ({
      message_id,
      conversation_id: 'ann-ben',
      sender_id: 'ann',
      content: `from ann, number ${index}`,
      number: index + 10,
    })),
    inbox: ['ann', 'ben'].flatMap((user_id) =>
      ids.map((message_id, index) => ({ user_id, seq: index + 1, message_id })),
    ),
    heads: ['ann', 'ben'].map((user_id) => ({ user_id, last_seq: 3 })),
    dead: [],
    retried: [],
    markers: [{ user_id: 'ben', conversation_id: 'ann-ben', number: 0, unread: 3 }],
  };
  const population = {
    members: new Map([['ann-ben', ['ann', 'ben']]]),
    devices: new Map([['ben', ['ben-phone']]]),
    leaks: [] as string[],
  };
  return { observations, stores, population };
}

type Day = ReturnType<typeof quietDay>;

const shownOf = (day: Day) => day.observations.filter((one) => one.kind === 'shown');

/** A change of ann's that was accepted. */
const changed = (
  change: 'edit' | 'delete' | 'react',
  message_id: string,
  content: string,
  when: { askedAt?: number; at?: number; on?: boolean } = {},
): Observation => ({
  ...{ kind: 'changed', user: 'ann', event_id: `${change} ${content}`, message_id, change, content },
  ...{ askedAt: 4_000, at: 4_005, on: true, ...when },
});

/** Each fault is planted alone and must be found under its own name, and under no other. */
const PLANTED: [BrokenPromise, string, (day: Day) => void][] = [
  [
    'accepted and missing',
    'a message that was accepted and is nowhere',
    (day) => {
      day.stores.messages.pop();
      day.stores.inbox = day.stores.inbox.filter((row) => row.message_id !== 'm3');
      day.stores.heads.forEach((head) => (head.last_seq = 2));
      day.observations = day.observations.filter((one) => !(one.kind === 'positioned' && one.message_id === 'm3'));
    },
  ],
  [
    'accepted and not shown',
    'a message that a connected device never got',
    (day) => {
      day.observations = day.observations.filter((one) => !(one.kind === 'shown' && one.message_id === 'm2'));
    },
  ],
  ['shown and never sent', 'a message out of nowhere', (day) => (shownOf(day)[0]!.content = 'from nobody')],
  ['shown twice', 'a message shown again', (day) => day.observations.push({ ...shownOf(day)[0]! })],
  [
    'shown to a stranger',
    'a message shown to someone outside the conversation',
    (day) => day.observations.push({ ...shownOf(day)[0]!, user: 'eve', device: 'eve-phone' }),
  ],
  ['sender forged', 'a message under another name', (day) => (shownOf(day)[0]!.sender_id = 'eve')],
  [
    'gap in an inbox',
    'an inbox that skips a number',
    (day) => {
      for (const row of day.stores.inbox) if (row.user_id === 'ann' && row.seq === 3) row.seq = 4;
    },
  ],
  [
    'gap in an inbox',
    'a message missing from the inbox of a member',
    (day) => {
      day.stores.inbox = day.stores.inbox.filter((row) => !(row.user_id === 'ann' && row.seq === 3));
      day.stores.heads[0]!.last_seq = 2;
    },
  ],
  [
    'position wrong',
    'a client told a wrong number',
    (day) => {
      for (const one of day.observations) if (one.kind === 'positioned' && one.seq === 2) one.message_id = 'm1';
    },
  ],
  [
    'order broken',
    'a later message stored before an earlier one',
    (day) => {
      day.stores.messages[0]!.number = 12;
      day.stores.messages[2]!.number = 10;
    },
  ],
  [
    'shown after a deletion',
    'content of a message that the device showed as deleted',
    (day) => {
      const common = { kind: 'showing', at: 4_000, user: 'ben', device: 'ben-phone', message_id: 'm1' } as const;
      const content = 'from ann, number 0';
      day.observations.push(
        { ...common, state: { content: '', deleted: true, reactions: [] } },
        { ...common, state: { content, deleted: false, reactions: [] } },
      );
    },
  ],
  [
    'shown after a deletion',
    'a reaction to a message that is deleted',
    (day) => {
      const state = { content: '', deleted: true, reactions: ['👍 ann'] };
      const common = { at: 4_000, user: 'ben', device: 'ben-phone', message_id: 'm1' };
      day.observations.push({ kind: 'showing', ...common, state });
    },
  ],
  [
    'devices disagree',
    'a device that missed a reaction',
    (day) => {
      const content = 'from ann, number 0';
      day.stores.messages[0]!.state = { content, deleted: false, reactions: ['👍 ann'] };
      const common = { at: 4_000, user: 'ben', device: 'ben-phone', message_id: 'm1' };
      day.observations.push({ kind: 'final', ...common, state: { content, deleted: false, reactions: [] } });
    },
  ],
  [
    'devices disagree',
    'a badge that stays on one device after another read',
    (day) => {
      const ben = { user: 'ben', conversation_id: 'ann-ben' };
      day.stores.markers = [{ user_id: 'ben', conversation_id: 'ann-ben', number: 12, unread: 0 }];
      day.observations.push(
        { kind: 'badge', at: 4_000, ...ben, device: 'ben-phone', unread: 0 },
        { kind: 'badge', at: 4_000, ...ben, device: 'ben-tablet', unread: 2 },
      );
    },
  ],
  [
    'read and not marked',
    'a read marker that was lost, on which all devices agree',
    (day) => {
      const ben = { user: 'ben', conversation_id: 'ann-ben', device: 'ben-phone' };
      day.stores.markers = [{ user_id: 'ben', conversation_id: 'ann-ben', number: 11, unread: 1 }];
      day.observations.push(
        { kind: 'read', at: 4_000, ...ben, message_id: 'm3' },
        { kind: 'badge', at: 5_000, ...ben, unread: 1 },
      );
    },
  ],
  [
    'accepted change missing',
    'an edit that was accepted and is nowhere, on which all devices agree',
    (day) => {
      day.stores.messages[0]!.state = { content: 'from ann, number 0', deleted: false, reactions: [] };
      day.observations.push(changed('edit', 'm1', 'another text'));
    },
  ],
  [
    'accepted change missing',
    'an edit that one made before it stands',
    (day) => {
      day.stores.messages[0]!.state = { content: 'second', deleted: false, reactions: [] };
      day.observations.push(
        changed('edit', 'm1', 'second', { askedAt: 4_000, at: 4_005 }),
        changed('edit', 'm1', 'third', { askedAt: 4_006, at: 4_010 }),
      );
    },
  ],
  [
    'accepted change missing',
    'a deletion that was accepted and never happened',
    (day) => {
      day.stores.messages[1]!.state = { content: 'from ann, number 1', deleted: false, reactions: [] };
      day.observations.push(changed('delete', 'm2', ''));
    },
  ],
  [
    'accepted change missing',
    'a reaction that was accepted and is not there',
    (day) => {
      day.stores.messages[1]!.state = { content: 'from ann, number 1', deleted: false, reactions: ['🎉 ann'] };
      day.observations.push(changed('react', 'm2', '👍'));
    },
  ],
  [
    'accepted change missing',
    'a reaction that was taken back and is there',
    (day) => {
      day.stores.messages[1]!.state = { content: 'from ann, number 1', deleted: false, reactions: ['👍 ann'] };
      day.observations.push(
        changed('react', 'm2', '👍', { askedAt: 4_000, at: 4_005 }),
        changed('react', 'm2', '👍', { askedAt: 4_006, at: 4_010, on: false }),
      );
    },
  ],
  [
    'shown and never sent',
    'an edit out of nowhere',
    (day) => {
      const state = { content: 'nobody wrote this', deleted: false, reactions: [] };
      const common = { at: 4_000, user: 'ben', device: 'ben-phone', message_id: 'm1' };
      day.observations.push({ kind: 'showing', ...common, state });
    },
  ],
  [
    'sender forged',
    'an edit by somebody else',
    (day) => {
      const common = { at: 4_000, message_id: 'm1', conversation_id: 'ann-ben' };
      day.observations.push(
        { kind: 'changing', ...common, user: 'ben', change: 'edit', content: 'by ben' },
        {
          kind: 'showing',
          ...common,
          user: 'ann',
          device: 'ann-phone',
          state: { content: 'by ben', deleted: false, reactions: [] },
        },
      );
    },
  ],
  ['state leaked', 'a connection that is still counted', (day) => day.population.leaks.push('connections: 1')],
];

describe('the checker', () => {
  it('finds nothing on a quiet day', () => {
    const verdict = check(quietDay());
    expect(clean(verdict)).toBe(true);
    expect(verdict).toMatchObject({ sent: 3, accepted: 3, rejected: 0, shown: 3, worstDelayMs: 4 });
  });

  it.each(PLANTED)('finds "%s": %s', (promise, _title, plant) => {
    const day = quietDay();
    plant(day);
    const { broken } = check(day);
    expect(PROMISES.filter((one) => broken[one].length > 0)).toEqual([promise]);
  });

  it('plants at least one fault for each promise', () => {
    expect(new Set(PLANTED.map(([promise]) => promise))).toEqual(new Set(PROMISES));
  });

  it('knows edits, deletions and reactions, in whatever order devices heard of them', () => {
    const day = quietDay();
    const ann = { at: 3_500, user: 'ann', conversation_id: 'ann-ben' };
    day.observations.push(
      { kind: 'changing', ...ann, message_id: 'm1', change: 'edit', content: 'another text' },
      { kind: 'changing', ...ann, message_id: 'm2', change: 'delete', content: '' },
    );
    for (const [message_id, state] of [
      ['m1', { content: 'another text', deleted: false, reactions: ['🎉 ben', '👍 ann'] }],
      ['m2', { content: '', deleted: true, reactions: [] }],
    ] as const) {
      const row = day.stores.messages.find((one) => one.message_id === message_id)!;
      row.state = { ...state, reactions: [...state.reactions].reverse() };
      const common = { at: 4_000, user: 'ben', device: 'ben-phone', message_id, state };
      day.observations.push({ kind: 'showing', ...common }, { kind: 'final', ...common });
    }
    // One that was deleted before it came.
    shownOf(day)[1]!.content = '';
    expect(check(day).broken).toEqual(Object.fromEntries(PROMISES.map((promise) => [promise, []])));
  });

  it('takes any of the changes that were on their way together, and none of those of a message that is deleted', () => {
    const day = quietDay();
    day.stores.messages[0]!.state = { content: 'one', deleted: false, reactions: [] };
    day.stores.messages[1]!.state = { content: '', deleted: true, reactions: [] };
    day.observations.push(
      changed('edit', 'm1', 'one', { askedAt: 4_000, at: 4_020 }),
      changed('edit', 'm1', 'other', { askedAt: 4_010, at: 4_015 }),
      changed('react', 'm1', '👍', { askedAt: 4_000, at: 4_020 }),
      changed('react', 'm1', '👍', { askedAt: 4_010, at: 4_015, on: false }),
      ...['edit', 'react', 'delete'].map((change) => changed(change as 'edit', 'm2', 'x')),
    );
    expect(check(day).broken['accepted change missing']).toEqual([]);
    day.stores.messages[0]!.state = { content: 'other', deleted: false, reactions: ['👍 ann'] };
    expect(check(day).broken['accepted change missing']).toEqual([]);
    day.stores.messages[0]!.state = { content: 'from ann, number 0', deleted: false, reactions: [] };
    day.stores.dead.push('edit one', 'edit other');
    expect(check(day).broken['accepted change missing']).toEqual([]);
  });

  it('counts what was accepted of changes and reads, and of how many it could tell whether they are so', () => {
    const day = quietDay();
    const nothing = { accepted: 0, checked: 0 };
    expect(check(day).counts).toEqual({ edit: nothing, delete: nothing, react: nothing, read: nothing });
    expect(unchecked(check(day).counts)).toHaveLength(4);
    day.stores.messages[0]!.state = { content: 'another text', deleted: false, reactions: ['👍 ann'] };
    day.stores.messages[1]!.state = { content: '', deleted: true, reactions: [] };
    day.stores.dead.push('edit lost');
    const ben = { kind: 'read', user: 'ben', conversation_id: 'ann-ben', device: 'ben-phone' } as const;
    day.observations.push(
      changed('edit', 'm1', 'another text'),
      changed('react', 'm1', '👍'),
      changed('delete', 'm2', ''),
      // The same deletion, asked for on another device; an edit of what it took away; one that is dead; one of nothing.
      changed('delete', 'm2', ''),
      ...[['m2', 'before'] as const, ['m1', 'lost'] as const, ['m9', 'nowhere'] as const].map(([id, content]) =>
        changed('edit', id, content),
      ),
      { ...ben, at: 4_000, message_id: 'm2' },
      { ...ben, at: 5_000, message_id: 'm2' },
      { ...ben, at: 6_000, message_id: 'm9' },
    );
    const one = { accepted: 1, checked: 1 };
    const { counts } = check(day);
    expect(counts).toEqual({
      edit: { accepted: 4, checked: 1 },
      delete: one,
      react: one,
      read: { accepted: 2, checked: 1 },
    });
    expect(unchecked(counts)).toEqual([]);
    expect(unchecked({ ...counts, react: { accepted: 5, checked: 0 } })).toEqual(['react: 5 accepted, none checked']);
  });

  it('takes a dead message for one that is not lost', () => {
    const day = quietDay();
    PLANTED[0]![2](day);
    day.stores.dead.push('m3');
    day.observations = day.observations.filter((one) => !(one.kind === 'shown' && one.message_id === 'm3'));
    expect(clean(check(day))).toBe(true);
  });

  it('lets a retried message stand after its successors', () => {
    const day = quietDay();
    day.stores.messages[0]!.number = 99;
    expect(clean(check(day))).toBe(false);
    day.stores.retried.push('m1');
    expect(clean(check(day))).toBe(true);
  });

  it('promises no order between messages that were in flight together', () => {
    const day = quietDay();
    for (const one of day.observations) if (one.kind === 'accepted') one.at = 9_000;
    day.stores.messages.reverse();
    day.stores.messages.forEach((row, index) => (row.number = index));
    expect(check(day).broken['order broken']).toEqual([]);
  });
});
