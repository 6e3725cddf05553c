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

  describe('while persistence waits for the message', () => {
    let answer: () => void;
    let message_id: string;
    beforeEach(async () => {
      message_id = await sent();
      const answered = new Promise<void>((resolve) => (answer = resolve));
      world.persistence.askChange = () => answered.then(() => ({}));
      alice.say({ type: 'edit', id: 'edit', recipient_id: BOB, message_id, content: 'hello' });
    });

    it('holds up nothing that is said', async () => {
      alice.say({ type: 'send', id: 'next', recipient_id: BOB, content: 'next' });
      expect((await alice.next('accepted')).id).toBe('next');
      expect(await bob.next('message')).toMatchObject({ content: 'next' });
      answer();
      expect((await alice.next('accepted')).id).toBe('edit');
      expect(await bob.next('edited')).toMatchObject({ message_id });
    });

    it('holds up what names it as the one before it, and other changes', async () => {
      alice.say({ type: 'react', id: 'react', recipient_id: BOB, message_id, emoji: '👍', on: true });
      alice.say({ type: 'send', id: 'next', recipient_id: BOB, content: 'next', after: 'edit' });
      alice.say({ type: 'send', id: 'last', recipient_id: BOB, content: 'last' });
      // Whoever is answered later was read later.
      bob.say({ type: 'send', id: 'free', recipient_id: ALICE, content: 'free' });
      expect((await bob.next('accepted')).id).toBe('free');
      answer();
      const ids = [];
      for (let n = 0; n < 4; n += 1) ids.push((await alice.next('accepted')).id);
      expect(ids.filter((id) => ['edit', 'react'].includes(String(id)))).toEqual(['edit', 'react']);
      expect(ids.filter((id) => ['next', 'last'].includes(String(id)))).toEqual(['next', 'last']);
    });

    it('holds up nothing that is said where the change names what was said before it', async () => {
      alice.say({ type: 'send', id: 'before', recipient_id: BOB, content: 'before' });
      alice.say({ type: 'react', id: 'react', recipient_id: BOB, message_id, emoji: '👍', on: true, after: 'before' });
      alice.say({ type: 'send', id: 'next', recipient_id: BOB, content: 'next' });
      for (const id of ['before', 'next']) expect((await alice.next('accepted')).id).toBe(id);
      answer();
      for (const id of ['edit', 'react']) expect((await alice.next('accepted')).id).toBe(id);
    });
  });

  it('is later than the edit before it, whatever the clock of the pod says', async () => {
    const message_id = await sent();
    const edited_at = '2040-01-01T00:00:00.000Z';
    world.persistence.askChange = async () => ({ edited_at });
    alice.say({ type: 'edit', recipient_id: BOB, message_id, content: 'hello' });
    expect(await bob.next('edited')).toMatchObject({ at: '2040-01-01T00:00:00.001Z' });
  });
});

describe('reacting to a message', () => {
  let world: TestWorld;
  beforeEach(() => {
    world = new TestWorld();
  });
  afterEach(() => world.close());

  it('is logged and answered, and told to everyone as a state once it is stored: no entry, nothing before', async () => {
    const pod = await world.pod();
    const [alice, bob] = [await world.connect(pod, ALICE), await world.connect(pod, BOB)];
    alice.say({ type: 'send', id: 'one', recipient_id: BOB, content: 'hello' });
    const { message_id } = await bob.next('message');
    world.persistence.storesAtOnce = false;
    bob.say({ type: 'react', id: 'r', recipient_id: ALICE, message_id, emoji: '👍', on: true });
    const { message_id: event_id } = await bob.next('accepted');
    expect(world.log.records[1]!.headers[MESSAGE_HEADERS.kind]).toBe('reacted');
    alice.say({ type: 'send', id: 'two', recipient_id: BOB, content: 'after' });
    expect(await bob.next('message')).toMatchObject({ content: 'after' });
    expect([...alice.all('changed'), ...bob.all('changed'), ...alice.all('reacted')]).toEqual([]);
    world.persistence.store();
    for (const client of [alice, bob]) {
      const changed = await client.next('changed');
      expect(changed).toMatchObject({ message: { message_id }, changes: [{ event_id, actor_id: BOB }] });
      expect(changed).not.toHaveProperty('seq');
    }
    expect(world.persistence.inbox(ALICE).map(({ kind }) => kind)).toEqual(['message', 'message']);
  });

  it.each([{ emoji: 'two words' }, { emoji: '' }, { emoji: '👍', on: 'yes' }])('refuses %j', async (fields) => {
    const alice = await world.connect(await world.pod(), ALICE);
    alice.say({ type: 'react', id: 'x', recipient_id: BOB, message_id: ALICE, on: true, ...fields });
    expect(await alice.next('rejected')).toMatchObject({ id: 'x', code: 'invalid_request', retryable: false });
  });
});
