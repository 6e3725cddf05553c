import { directConversationId, LIMITS } from '@chat-app/protocol';
import { TestClock } from '../testing/test-clock';
import { ALICE, BOB, CAROL, TestWorld, until, type TestPod } from '../testing/test-pod';
import type { TestFanout } from '../testing/test-bus';
import type { TestClient } from '../testing/ws-test-client';

const GROUP = '00000000-0000-4000-8000-0000000000aa';
const DIRECT = directConversationId(ALICE, BOB);

describe('typing', () => {
  let world: TestWorld;
  let clock: TestClock;
  let pods: [TestPod, TestPod];
  let alice: TestClient;
  let bob: TestClient;
  beforeEach(async () => {
    world = new TestWorld();
    clock = new TestClock();
    clock.stop();
    pods = [await world.pod({}, { clock }), await world.pod({}, { clock })];
    for (const user of [ALICE, BOB]) world.persistence.change(GROUP, user, 'joined', false);
    [alice, bob] = [await world.connect(pods[0], ALICE), await world.connect(pods[1], BOB)];
  });
  afterEach(() => world.close());

  /** Resolves once everything this client said before was taken, and everything that came of it has arrived. */
  async function settled(client: TestClient): Promise<void> {
    client.say({ type: 'send', recipient_id: BOB, content: 'done' });
    await client.next('accepted');
    await bob.next('message');
  }

  const metric = async (reason: string): Promise<number> => {
    const { body } = await pods[0].metrics.expose();
    const line = new RegExp(`chat_websocket_signals_dropped_total\\{[^}]*reason="${reason}"[^}]*\\} (\\d+)`);
    return Number(line.exec(body)?.[1]);
  };

  it('reaches the other members on any pod, and no other device of one’s own', async () => {
    const tablet = await world.connect(pods[1], ALICE, { device: 'tablet' });
    alice.say({ type: 'typing', conversation_id: GROUP, active: true });
    expect(await bob.next('typing')).toEqual({
      type: 'typing',
      conversation_id: GROUP,
      user_id: ALICE,
      active: true,
    });
    alice.say({ type: 'typing', conversation_id: GROUP, active: false });
    expect(await bob.next('typing')).toMatchObject({ active: false });
    await settled(alice);
    expect([alice, tablet].flatMap((client) => client.all('typing'))).toEqual([]);
    expect(world.log.records).toHaveLength(1);
  });

  it('reaches the other of a direct conversation, named by the conversation or by the person', async () => {
    await settled(alice);
    alice.say({ type: 'typing', recipient_id: BOB, active: true });
    expect(await bob.next('typing')).toEqual({
      type: 'typing',
      conversation_id: DIRECT,
      user_id: ALICE,
      active: true,
    });
    alice.say({ type: 'typing', conversation_id: DIRECT, active: false });
    expect(await bob.next('typing')).toMatchObject({ active: false });
  });

  it('is dropped where too much of it comes, without an answer', async () => {
    for (let n = 0; n < 20; n += 1) alice.say({ type: 'typing', conversation_id: GROUP, active: true });
    await settled(alice);
    expect(bob.all('typing')).toHaveLength(1);
    expect([...alice.all('error'), ...alice.all('rejected')]).toEqual([]);
    expect(await metric('limited')).toBe(19);
    clock.pass(LIMITS.typingIntervalMs);
    alice.say({ type: 'typing', conversation_id: GROUP, active: true });
    await until(() => bob.all('typing').length === 2);
  });

  it('of a stranger reaches nobody: not a group, not who never wrote with them, not what others have', async () => {
    await settled(alice);
    const carol = await world.connect(pods[0], CAROL);
    for (const target of [{ conversation_id: GROUP }, { conversation_id: DIRECT }, { recipient_id: BOB }]) {
      carol.say({ type: 'typing', ...target, active: true });
    }
    while ((await metric('no_member')) < 3) await new Promise((resolve) => setImmediate(resolve));
    await settled(carol);
    expect([...alice.all('typing'), ...bob.all('typing')]).toEqual([]);
    expect(carol.all('error')).toEqual([]);
  });

  it('of who left a group reaches it no more', async () => {
    world.persistence.change(GROUP, ALICE, 'left');
    await alice.next('left');
    alice.say({ type: 'typing', conversation_id: GROUP, active: true });
    await settled(alice);
    expect(bob.all('typing')).toEqual([]);
  });

  it('asks persistence once for a direct conversation, however much is typed', async () => {
    await settled(alice);
    const asked = jest.spyOn(world.persistence, 'findMembership');
    for (let n = 0; n < 4; n += 1) {
      alice.say({ type: 'typing', recipient_id: BOB, active: true });
      await until(() => bob.all('typing').length === n + 1);
      clock.pass(LIMITS.typingIntervalMs);
    }
    expect(asked).toHaveBeenCalledTimes(1);
  });

  it('is not passed on in a group of more members than one can follow', async () => {
    const members = LIMITS.typingMembers + 1;
    jest
      .spyOn(world.persistence, 'findMembership')
      .mockResolvedValue({ conversation_id: GROUP, kind: 'group', members });
    // What a send costs is looked up, and remembered: after the first its size is known.
    alice.say({ type: 'typing', conversation_id: GROUP, active: true });
    await bob.next('typing');
    clock.pass(LIMITS.typingIntervalMs);
    alice.say({ type: 'typing', conversation_id: GROUP, active: true });
    await settled(alice);
    expect(bob.all('typing')).toHaveLength(1);
    expect(await metric('large_group')).toBe(1);
  });

  it('is lost during an outage of the fan-out, and nothing else happens', async () => {
    world.bus.set('degraded');
    alice.say({ type: 'typing', conversation_id: GROUP, active: true });
    alice.say({ type: 'send', recipient_id: BOB, content: 'still here' });
    await alice.next('accepted');
    expect(await metric('not_published')).toBe(1);
    world.bus.set('connected');
    expect((pods[0].fanout as TestFanout).state).toBe('connected');
    await bob.next('message');
    expect(bob.all('typing')).toEqual([]);
  });

  it.each([
    ['without a conversation', { active: true }],
    ['with two', { conversation_id: GROUP, recipient_id: BOB, active: true }],
    ['that does not say whether', { conversation_id: GROUP }],
    ['of a conversation that is no UUID', { conversation_id: 'x', active: true }],
  ])('%s is answered with an error, as any frame that cannot be read', async (_what, fields) => {
    alice.say({ type: 'typing', ...fields });
    expect(await alice.next('error')).toMatchObject({ code: 'invalid_request' });
  });
});
