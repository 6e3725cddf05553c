/** Whether those who look on in the failure tests, and the checker, notice a deletion that is broken: each break is planted in a server. */
import { deliver, FakeHistory, messageOf } from '../../packages/client/testing/fake-history';
import { USER_1, USER_2 } from '../../packages/client/testing/fake-server';
import { CONVERSATION, sceneForEachTest, uuid } from '../../packages/client/testing/scene';
import { ShownStates } from '../failures/testing/shown-states';
import { ToldStates } from '../failures/testing/told-states';
import { check, PROMISES, type BrokenPromise } from './check';
import type { MessageState, Observation } from './history';

const BODY = messageOf(1).content;
const DELETED_AT = '2026-01-02T03:05:00.000Z';
const GONE = { content: '', deleted_at: DELETED_AT, deleted_by: USER_2 };
const DELETION = { event_id: uuid(90), conversation_id: CONVERSATION, actor_id: USER_2, at: DELETED_AT };

/** What the server tells of a message that was deleted. */
interface Told {
  /** The device that is there is told, live and when it asks. */
  isTold: boolean;
  /** Beside its place, of the message as an entry of the inbox. */
  catchUp: object;
  /** The same of the message in the history. */
  history: object;
  /** What PostgreSQL holds. */
  stored: MessageState;
}

const KEPT: Told = {
  isTold: true,
  catchUp: GONE,
  history: GONE,
  stored: { content: '', deleted: true, reactions: [] },
};

describe('a deletion that is broken', () => {
  const scene = sceneForEachTest();
  const seen: ShownStates[] = [];
  afterEach(() => seen.splice(0).forEach((states) => states.release()));

  /** A message comes to a device, its sender deletes it, and another device comes late. @returns the promises that were broken */
  async function broken(told: Told): Promise<BrokenPromise[]> {
    const observations: Observation[] = [];
    const observe = (one: Observation): void => void observations.push(one);
    const history = new FakeHistory(scene.server);
    history.store(1);
    history.version = 1;
    const { client, connection, events } = await scene.online({}, { seq: 1 });
    const shown = new ShownStates(client, {
      ...{ user: USER_1, device: 'phone', groups: [], observe },
      peer: { user_id: USER_2, username: 'user2' },
    });
    seen.push(shown);
    await shown.begin();
    if (told.isTold) {
      history.messages[0] = { ...messageOf(1), version: 2, ...told.history };
      history.version = 2;
      connection.send({ type: 'deleted', message_id: uuid(1), seq: 2, ...DELETION });
      await events.deleted.next();
    }
    await shown.refresh();
    for (const [message_id, state] of shown.states()) {
      observe({ kind: 'final', at: 5_000, user: USER_1, device: 'phone', message_id, state });
    }
    history.messages[0] = { ...messageOf(1), version: 2, ...told.history };
    const late = await scene.online({}, { seq: 0 });
    const states = new ToldStates(late.client, { user: USER_1, device: 'tablet', observe });
    states.follow();
    deliver(late.connection, { ...messageOf(1), ...told.catchUp }, 1);
    late.connection.send({ type: 'deleted', message_id: uuid(1), seq: 2, ...DELETION });
    await late.events.deleted.next();
    await states.readHistory(CONVERSATION);
    const found = check({ observations: [...observations, ...sentAndDeleted()], ...held(told.stored) });
    return PROMISES.filter((promise) => found.broken[promise].length > 0);
  }

  it('is found nowhere where all that is told of it is that it was', async () => {
    expect(await broken(KEPT)).toEqual([]);
  });

  it.each<[string, Partial<Told>, BrokenPromise[]]>([
    ['a device that shows the message all the same', { isTold: false }, ['devices disagree']],
    ['a catch-up with the body, as if nothing had been', { catchUp: { content: BODY } }, ['devices disagree']],
    [
      'a catch-up with the body beside the deletion',
      { catchUp: { ...GONE, content: BODY } },
      ['shown after a deletion', 'devices disagree'],
    ],
    ['a history with the body, as if nothing had been', { history: { content: BODY } }, ['devices disagree']],
    [
      'a history with the body beside the deletion',
      { history: { ...GONE, content: BODY } },
      ['shown after a deletion', 'devices disagree'],
    ],
    [
      'a database that keeps the body',
      { stored: { content: BODY, deleted: true, reactions: [] } },
      ['devices disagree'],
    ],
    [
      'a database in which nothing was deleted',
      { stored: { content: BODY, deleted: false, reactions: [] } },
      ['devices disagree', 'accepted change missing'],
    ],
  ])('is found in %s', async (_, plant, promises) => {
    expect(await broken({ ...KEPT, ...plant })).toEqual(promises);
  });
});

/** The other user sent the message and deleted it; both were accepted, and the message was shown. */
function sentAndDeleted(): Observation[] {
  const common = { conversation_id: CONVERSATION, content: BODY };
  const change = { user: USER_2, message_id: uuid(1), change: 'delete', content: '' } as const;
  return [
    { kind: 'sent', at: 1_000, user: USER_2, client_id: 'one', ...common },
    { kind: 'accepted', at: 1_005, user: USER_2, client_id: 'one', message_id: uuid(1) },
    { kind: 'shown', at: 1_009, user: USER_1, device: 'phone', message_id: uuid(1), sender_id: USER_2, ...common },
    { kind: 'changing', at: 2_000, conversation_id: CONVERSATION, ...change },
    { kind: 'changed', at: 2_005, askedAt: 2_000, event_id: uuid(90), on: true, ...change },
  ];
}

/** What the stores hold then, and who took part. */
function held(state: MessageState) {
  const row = { message_id: uuid(1), conversation_id: CONVERSATION, sender_id: USER_2, content: state.content };
  const users = [USER_1, USER_2];
  return {
    stores: {
      messages: [{ ...row, number: 1, state }],
      inbox: users.flatMap((user_id) => [
        { user_id, seq: 1, message_id: uuid(1) },
        { user_id, seq: 2, message_id: uuid(90) },
      ]),
      heads: users.map((user_id) => ({ user_id, last_seq: 2 })),
      dead: [],
    },
    population: { members: new Map([[CONVERSATION, users]]), devices: new Map([[USER_1, ['phone']]]) },
  };
}
