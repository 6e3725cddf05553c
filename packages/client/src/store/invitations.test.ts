import type { InvitationChange } from '../events';
import { ChatError } from '../errors';
import { Invitations } from './invitations';

const tick = () => new Promise((resolve) => setImmediate(resolve));
const invited = (conversation_id: string): InvitationChange => ({
  change: 'invited',
  conversation_id,
  user_id: 'me',
  actor_id: 'ann',
  title: `title ${conversation_id}`,
  role: 'member',
  at: '2026-01-02T03:04:05.678Z',
});
const listed = (conversation_id: string) => ({
  ...{ conversation_id, title: `title ${conversation_id}`, role: 'member' as const },
  ...{ invited_by: 'ann', invited_at: '2026-01-02T03:04:05.678Z', members: 1 },
});

describe('the invitations of a store', () => {
  const wanted: string[] = [];
  let answers: (() => Promise<ReturnType<typeof listed>[]>)[];
  let refusal: ChatError | undefined;
  let invitations: Invitations;
  const ids = () => invitations.view.get().map(({ conversation_id }) => conversation_id);
  beforeEach(() => {
    [wanted.length, answers, refusal] = [0, [], undefined];
    const answer = async () => {
      if (refusal !== undefined) throw refusal;
    };
    invitations = new Invitations(
      {
        list: () => answers.shift()?.() ?? Promise.reject(new ChatError('unavailable', 'away', true)),
        accept: async () => (await answer()) as never,
        decline: answer,
      },
      (userId) => wanted.push(userId),
    );
  });

  it('are what the server lists, what comes later first, and the names of who asks are wanted', async () => {
    answers = [async () => [listed('a')]];
    await invitations.load();
    invitations.changed(invited('b'));
    expect(ids()).toEqual(['b', 'a']);
    expect(wanted).toEqual(['ann', 'ann']);
    expect(invitations.view.get()[0]).toMatchObject({ title: 'title b', invited_by: 'ann' });
  });

  it('are over once answered, withdrawn, or answered elsewhere', async () => {
    for (const id of ['a', 'b', 'c', 'd']) invitations.changed(invited(id));
    await invitations.answer('a', 'accept');
    await invitations.answer('b', 'decline');
    invitations.changed({ change: 'uninvited', conversation_id: 'c', user_id: 'me' });
    expect(ids()).toEqual(['d']);
    refusal = new ChatError('unknown_invitation', 'over', false);
    await expect(invitations.answer('d', 'accept')).rejects.toThrow('over');
    expect(ids()).toEqual([]);
  });

  it('stay where what ended an earlier one is told after them, until the list says otherwise', async () => {
    let list = [listed('a')];
    answers = Array.from({ length: 10 }, () => async () => list);
    invitations.changed(invited('a'));
    invitations.over('a', '2026-01-02T03:04:05.677Z');
    invitations.changed({ change: 'uninvited', conversation_id: 'a', user_id: 'me', at: '2026-01-02T03:04:05.000Z' });
    await tick();
    expect(ids()).toEqual(['a']);
    // The clock of who says so is late.
    list = [];
    invitations.over('a', '2026-01-02T03:04:05.677Z');
    await tick();
    expect(ids()).toEqual([]);
    invitations.changed(invited('a'));
    invitations.over('a', '2026-01-02T03:04:05.679Z');
    expect(ids()).toEqual([]);
  });

  it('stay where the answer was not taken, and where the list cannot be read', async () => {
    invitations.changed(invited('a'));
    refusal = new ChatError('group_full', 'full', false);
    await expect(invitations.answer('a', 'accept')).rejects.toThrow('full');
    await invitations.load();
    expect(ids()).toEqual(['a']);
  });

  it('do not come back by a list that is older than their end', async () => {
    let give: (list: ReturnType<typeof listed>[]) => void = () => undefined;
    answers = [() => new Promise((resolve) => (give = resolve)), async () => []];
    invitations.changed(invited('a'));
    const loading = invitations.load();
    await tick();
    invitations.over('a');
    give([listed('a')]);
    await loading;
    expect(ids()).toEqual([]);
  });
});
