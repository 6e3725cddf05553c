import { writeEnvelope, userChannel } from '@chat-app/protocol';
import type { Connection } from '../connections/connection';
import { UserOnPod } from '../connections/user-on-pod';
import { ALICE, BOB, CAROL, TestWorld, type TestPod } from '../testing/test-pod';
import type { TestClient } from '../testing/ws-test-client';

describe('who blocks whom, on a pod', () => {
  let world: TestWorld;
  let pod: TestPod;
  let alice: TestClient;
  let bob: TestClient;
  beforeEach(async () => {
    world = new TestWorld();
    pod = await world.pod();
    [alice, bob] = [await world.connect(pod, ALICE), await world.connect(pod, BOB)];
  });
  afterEach(() => world.close());

  const send = (client: TestClient, recipient_id: string, content: string, id = content) =>
    client.say({ type: 'send', id, recipient_id, content });

  /** Resolves once the pod knows it: it learns without being asked. */
  async function refused(client: TestClient, recipient_id: string) {
    for (let times = 0; ; times += 1) {
      send(client, recipient_id, `try ${times}`);
      const answer = await client.next('accepted', 'rejected');
      if (answer.type === 'rejected') return answer;
    }
  }

  it('is learnt where it changes, and refuses both, who are told nothing of which of them it is', async () => {
    world.persistence.block(ALICE, BOB);
    const { id: _a, ...toAlice } = await refused(alice, BOB);
    const { id: _b, ...toBob } = await refused(bob, ALICE);
    expect(toAlice).toEqual({ type: 'rejected', code: 'blocked', message: toBob.message, retryable: false });
    expect(toBob).toEqual(toAlice);
    send(bob, CAROL, 'to another');
    expect(await bob.next('accepted', 'rejected')).toMatchObject({ type: 'accepted', id: 'to another' });
  });

  it('is known from the connect on, in a conversation that is named as well', async () => {
    send(alice, BOB, 'before');
    const { conversation_id } = await alice.next('accepted');
    world.persistence.block(ALICE, BOB, false);
    const tablet = await world.connect(pod, BOB, { device: 'tablet' });
    tablet.say({ type: 'send', id: 'x', conversation_id, content: 'after' });
    expect(await tablet.next('accepted', 'rejected')).toMatchObject({ type: 'rejected', id: 'x', code: 'blocked' });
    // The pod knows it of the user, not of the connection.
    send(bob, ALICE, 'y');
    expect(await bob.next('accepted', 'rejected')).toMatchObject({ type: 'rejected', id: 'y', code: 'blocked' });
  });

  it('refuses an edit and a reaction, and lets what was said or reacted with be taken away', async () => {
    send(alice, BOB, 'one');
    const { message_id } = await alice.next('accepted');
    world.persistence.block(BOB, ALICE);
    await refused(alice, BOB);
    alice.say({ type: 'edit', id: 'edit', recipient_id: BOB, message_id, content: 'two' });
    expect(await alice.next('accepted', 'rejected')).toMatchObject({ id: 'edit', code: 'blocked' });
    const reaction = { type: 'react', recipient_id: BOB, message_id, emoji: '👍' };
    alice.say({ ...reaction, id: 'on', on: true });
    expect(await alice.next('accepted', 'rejected')).toMatchObject({ id: 'on', code: 'blocked' });
    alice.say({ ...reaction, id: 'off', on: false });
    expect(await alice.next('accepted', 'rejected')).toMatchObject({ type: 'accepted', id: 'off' });
    alice.say({ type: 'delete', id: 'delete', recipient_id: BOB, message_id });
    expect(await alice.next('accepted', 'rejected')).toMatchObject({ type: 'accepted', id: 'delete' });
    expect(await bob.next('deleted')).toMatchObject({ message_id });
  });

  it('tells neither directly that the other types', async () => {
    const carol = await world.connect(pod, CAROL);
    for (const writer of [bob, carol]) {
      send(writer, ALICE, 'hello');
      await writer.next('accepted');
    }
    bob.say({ type: 'typing', recipient_id: ALICE, active: true });
    expect(await alice.next('typing')).toMatchObject({ user_id: BOB, active: true });
    world.persistence.block(ALICE, BOB);
    await refused(alice, BOB);
    bob.say({ type: 'typing', recipient_id: ALICE, active: false });
    carol.say({ type: 'typing', recipient_id: ALICE, active: true });
    expect(await alice.next('typing')).toMatchObject({ user_id: CAROL });
    expect(alice.all('typing')).toHaveLength(2);
  });

  it('keeps from the one who blocks what a pod that does not know yet lets through, live', async () => {
    const other = await world.pod();
    const late = await world.connect(other, CAROL);
    world.bus.loses = (channel) => channel === userChannel(CAROL);
    world.persistence.storesAtOnce = false;
    world.persistence.block(ALICE, CAROL);
    await refused(alice, CAROL);
    send(late, ALICE, 'unwanted');
    expect(await late.next('accepted', 'rejected')).toMatchObject({ type: 'accepted', id: 'unwanted' });
    send(bob, ALICE, 'wanted');
    expect(await alice.next('message')).toMatchObject({ content: 'wanted' });
    expect(alice.all('message').map(({ content }) => content)).toEqual(['wanted']);
  });

  it('is not believed of the fan-out: it is asked of persistence, and of nobody else on that channel', async () => {
    world.bus.publish(userChannel(ALICE), writeEnvelope({ kind: 'blocks_changed', user_id: ALICE }));
    world.bus.publish(userChannel(ALICE), writeEnvelope({ kind: 'blocks_changed', user_id: BOB }));
    send(alice, BOB, 'one');
    expect(await bob.next('message')).toMatchObject({ content: 'one' });
    const { body } = await pod.metrics.expose();
    expect(body).toMatch(/chat_websocket_envelopes_ignored_total\{[^}]*reason="wrong_channel"[^}]*\} 1\n/);
  });
});

describe('the blocks of a user', () => {
  it('are those of the answer that was asked for last, in whatever order answers come', () => {
    const user = new UserOnPod<Connection>(ALICE);
    user.replaceBlocks([BOB], 2);
    user.replaceBlocks([], 1);
    expect(user.isBlocked(BOB)).toBe(true);
    user.replaceBlocks([CAROL], 3);
    expect([user.isBlocked(BOB), user.isBlocked(CAROL)]).toEqual([false, true]);
  });
});
