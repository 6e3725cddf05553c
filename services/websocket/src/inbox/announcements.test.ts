import { randomUUID } from 'node:crypto';
import { ALICE, BOB, TestWorld, until } from '../testing/test-pod';
import { TestClient } from '../testing/ws-test-client';

describe('what persistence announces', () => {
  let world: TestWorld;
  beforeEach(() => {
    world = new TestWorld();
  });
  afterEach(() => world.close());

  const message = (n: number) => ({
    message_id: randomUUID(),
    conversation_id: '00000000-0000-4000-8000-0000000000ff',
    sender_id: BOB,
    recipient_id: ALICE,
    content: `entry ${n}`,
    sent_at: '2026-01-01T00:00:00.000Z',
  });

  it('is told in welcome: the epoch, and what this pod and persistence both can do', async () => {
    world.persistence.features = ['message', 'data', 'x-of-tomorrow'];
    const pod = await world.pod();
    const alice = await world.connect(pod, ALICE);
    expect(alice.all('welcome')[0]).toMatchObject({
      epoch: world.persistence.epoch,
      features: ['after', 'data', 'message', 'ping', 'typing'],
    });
  });

  it('is messages alone, and no epoch, until persistence can be asked', async () => {
    world.persistence.unavailable = true;
    const pod = await world.pod();
    const alice = await world.connect(pod, ALICE);
    const [welcome] = alice.all('welcome');
    expect(welcome?.features).toEqual(['after', 'message', 'ping', 'typing']);
    expect(welcome).not.toHaveProperty('epoch');
    alice.say({ type: 'send', id: 'plain', recipient_id: BOB, content: 'x' });
    expect(await alice.next('accepted')).toMatchObject({ id: 'plain' });
  });

  it('takes no data where persistence does not keep it', async () => {
    world.persistence.features = ['message'];
    const pod = await world.pod();
    const alice = await world.connect(pod, ALICE);
    alice.say({ type: 'send', id: 'data', recipient_id: BOB, content: 'x', data: { a: 1 } });
    expect(await alice.next('rejected')).toMatchObject({ id: 'data', code: 'unknown_type', retryable: false });
    expect(world.log.records).toEqual([]);
  });

  it('takes a kind of command only once persistence knows it, and learns of it by reconciliation', async () => {
    world.persistence.features = [];
    const pod = await world.pod({ RECONCILE_INTERVAL_MS: 100 });
    const alice = await world.connect(pod, ALICE);
    alice.say({ type: 'send', recipient_id: BOB, content: 'x' });
    expect(await alice.next('rejected')).toMatchObject({ code: 'unknown_type' });
    world.persistence.put(ALICE, message(1));
    world.persistence.features = ['message'];
    await alice.next('message');
    alice.say({ type: 'send', recipient_id: BOB, content: 'x' });
    await alice.next('accepted');
  });

  it('closes connections of another epoch, whose clients then begin under the new one', async () => {
    const pod = await world.pod({ RECONCILE_INTERVAL_MS: 100 });
    for (let n = 1; n <= 5; n += 1) world.persistence.put(ALICE, message(n));
    const before = await world.connect(pod, ALICE);
    await until(() => before.all('message').length === 5);
    world.persistence.restore(2);
    expect(await before.closed).toEqual({ code: 4005, reason: 'restored' });
    const after = await world.connect(pod, ALICE);
    expect(after.all('welcome')[0]).toMatchObject({ epoch: world.persistence.epoch, seq: 0 });
    await until(() => after.all('message').length === 2);
    // What comes now has the numbers that others had before.
    world.persistence.put(ALICE, message(3));
    expect(await nextOf(after, 3)).toMatchObject({ content: 'entry 3', seq: 3 });
  });

  it('closes those of another epoch too that were still waiting for their turn to be welcomed', async () => {
    const pod = await world.pod();
    const users = Array.from({ length: 300 }, () => randomUUID());
    const { epoch } = world.persistence;
    const open = world.persistence.openConnections.bind(world.persistence);
    let large = 0;
    world.persistence.openConnections = async (openings) => {
      await until(() => pod.service.connections === users.length);
      if (openings.length < 20) return open(openings);
      large += 1;
      if (large === 1) return open(openings);
      // A turn of the event loop later, of a database that was restored.
      await new Promise((resolve) => setImmediate(resolve));
      if (world.persistence.epoch === epoch) world.persistence.restore(0);
      return open(openings);
    };
    const ends = await Promise.all(
      users.map(async (user) => {
        const client = await TestClient.open(pod.url, { token: world.authentication.token(user) });
        const told = await Promise.race([client.next('welcome'), client.closed]).catch(() => client.closed);
        if ('epoch' in told && told.epoch === world.persistence.epoch) return 'welcome';
        return (await client.closed).reason;
      }),
    );
    expect(world.persistence.epoch).not.toBe(epoch);
    expect(new Set(ends)).toEqual(new Set(['welcome', 'restored']));
  });

  it('writes no cursor of an epoch that is over', async () => {
    const pod = await world.pod();
    for (let n = 1; n <= 5; n += 1) world.persistence.put(ALICE, message(n));
    const alice = await world.connect(pod, ALICE);
    await until(() => alice.all('message').length === 5);
    world.persistence.unavailable = true;
    alice.say({ type: 'received', seq: 5 });
    await alice.close();
    world.persistence.restore(2);
    world.persistence.unavailable = false;
    const confirm = jest.spyOn(world.persistence, 'confirm');
    await until(() => confirm.mock.calls.length > 0);
    expect(world.persistence.cursors.size).toBe(0);
  });
});

/** The message with this number. */
async function nextOf(client: Awaited<ReturnType<TestWorld['connect']>>, seq: number) {
  await until(() => client.all('message').some((frame) => frame.seq === seq));
  return client.all('message').find((frame) => frame.seq === seq);
}
