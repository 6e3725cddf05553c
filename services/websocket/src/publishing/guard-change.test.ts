import { MESSAGE_HEADERS } from '@chat-app/protocol';
import { ALICE, BOB, CAROL, TestWorld, type TestPod } from '../testing/test-pod';
import type { TestClient } from '../testing/ws-test-client';

describe('changing a message', () => {
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

  async function sent(): Promise<string> {
    alice.say({ type: 'send', id: 'one', recipient_id: BOB, content: 'helo' });
    await bob.next('message');
    return (await alice.next('accepted')).message_id;
  }

  it('goes the road of messages: logged with its kind, answered, shown live, an entry in the end', async () => {
    const message_id = await sent();
    alice.say({ type: 'edit', id: 'two', recipient_id: BOB, message_id, content: 'hello' });
    const { id, message_id: event_id } = await alice.next('accepted');
    expect(id).toBe('two');
    expect(world.log.records[1]!.headers[MESSAGE_HEADERS.kind]).toBe('edited');
    expect(await bob.next('edited')).toMatchObject({ event_id, message_id, actor_id: ALICE, content: 'hello' });
    alice.say({ type: 'delete', recipient_id: BOB, message_id });
    expect(await bob.next('deleted')).toMatchObject({ message_id, actor_id: ALICE });
  });

  it('is refused to whoever did not send it, and nobody is shown anything', async () => {
    const message_id = await sent();
    for (const forged of [
      { type: 'edit', id: 'a', recipient_id: ALICE, message_id, content: 'forged' },
      { type: 'edit', id: 'b', recipient_id: ALICE, sender_id: ALICE, message_id, content: 'forged' },
      { type: 'delete', id: 'c', recipient_id: ALICE, message_id },
    ]) {
      bob.say(forged);
      expect(await bob.next('rejected')).toMatchObject({
        id: forged.id,
        code: forged.sender_id === undefined ? 'forbidden' : 'wrong_user',
        retryable: false,
      });
    }
    expect(world.log.records).toHaveLength(1);
    bob.say({ type: 'send', recipient_id: ALICE, content: 'last' });
    expect(await alice.next('message')).toMatchObject({ content: 'last' });
    expect([...alice.all('edited'), ...alice.all('deleted')]).toEqual([]);
  });

  it('waits in the client where persistence cannot be asked, and is never logged unasked', async () => {
    const message_id = await sent();
    world.persistence.unavailable = true;
    alice.say({ type: 'edit', id: 'two', recipient_id: BOB, message_id, content: 'hello' });
    expect(await alice.next('rejected')).toMatchObject({ id: 'two', code: 'unavailable', retryable: true });
    expect(world.log.records).toHaveLength(1);
  });

  it('is not taken before every pod of persistence knows it', async () => {
    world.persistence.features = ['message'];
    const carol = await world.connect(pod, CAROL);
    carol.say({ type: 'delete', id: 'x', recipient_id: BOB, message_id: ALICE });
    expect(await carol.next('rejected')).toMatchObject({ id: 'x', code: 'unknown_type', retryable: false });
  });

  it('is later than the edit before it, whatever the clock of the pod says', async () => {
    const message_id = await sent();
    const edited_at = '2040-01-01T00:00:00.000Z';
    world.persistence.askChange = async () => ({ edited_at });
    alice.say({ type: 'edit', recipient_id: BOB, message_id, content: 'hello' });
    expect(await bob.next('edited')).toMatchObject({ at: '2040-01-01T00:00:00.001Z' });
  });
});
