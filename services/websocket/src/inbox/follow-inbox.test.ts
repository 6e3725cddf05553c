import { ALICE, BOB, TestWorld, until, type TestPod } from '../testing/test-pod';

describe('following an inbox', () => {
  let world: TestWorld;
  let pod: TestPod;
  beforeEach(async () => {
    world = new TestWorld();
    pod = await world.pod();
  });
  afterEach(() => world.close());

  it('catches up in pages, in order, before anything live', async () => {
    for (let n = 1; n <= 450; n += 1) world.persistence.put(BOB, message(n));
    const alice = await world.connect(pod, ALICE);
    const bob = await world.connect(pod, BOB);
    alice.say({ type: 'send', recipient_id: BOB, content: 'live' });
    await until(() => bob.all('message').length === 451);
    const seqs = bob.all('message').map(({ seq }) => seq);
    expect(seqs.slice(0, 450)).toEqual(Array.from({ length: 450 }, (_, index) => index + 1));
    expect(world.persistence.reads).toBeGreaterThanOrEqual(3);
  });

  it('hands large entries over no faster than the client takes them', async () => {
    for (let n = 1; n <= 300; n += 1) world.persistence.put(BOB, { ...message(n), content: 'x'.repeat(16_000) });
    const small = await world.pod({ MAX_OUTBOUND_BYTES: 262_144 });
    const bob = await world.connect(small, BOB);
    await until(() => bob.all('message').length === 300);
    bob.say({ type: 'received', seq: 300 });
    await bob.close();
  });

  it('needs no read where live copy and notice both arrive, whichever comes first', async () => {
    const alice = await world.connect(pod, ALICE);
    const bob = await world.connect(pod, BOB);
    for (let n = 0; n < 20; n += 1) alice.say({ type: 'send', recipient_id: BOB, content: `${n}` });
    await until(() => bob.all('message').length === 20 && bob.all('stored').length > 0);
    expect(world.persistence.reads).toBe(0);
    expect(bob.all('stored').flatMap(({ message_ids }) => message_ids)).toHaveLength(20);
  });

  it('collects what was stored into one frame', async () => {
    const alice = await world.connect(pod, ALICE);
    for (let n = 0; n < 30; n += 1) alice.say({ type: 'send', recipient_id: BOB, content: `${n}` });
    await until(() => alice.all('stored').flatMap(({ message_ids }) => message_ids).length === 30);
    expect(alice.all('stored').length).toBeLessThanOrEqual(2);
  });

  it('reads for one device of a user after another, beside those of others, and for none that left', async () => {
    for (let n = 1; n <= 5; n += 1) for (const user of [ALICE, BOB]) world.persistence.put(user, message(n));
    const readInbox = world.persistence.readInbox.bind(world.persistence);
    const held: (() => void)[] = [];
    const read = jest.spyOn(world.persistence, 'readInbox').mockImplementation(async (user, after, limit) => {
      if (user === BOB) await new Promise<void>((resolve) => held.push(resolve));
      return readInbox(user, after, limit);
    });
    const reads = (): number => read.mock.calls.filter(([user]) => user === BOB).length;
    const phone = await world.connect(pod, BOB, { device: 'phone' });
    await until(() => held.length === 1);
    const tablet = await world.connect(pod, BOB, { device: 'tablet' });
    const laptop = await world.connect(pod, BOB, { device: 'laptop' });
    const alice = await world.connect(pod, ALICE);
    await until(() => alice.all('message').length === 5);
    expect(reads()).toBe(1);
    await tablet.close();
    held.shift()?.();
    await until(() => phone.all('message').length === 5 && held.length === 1);
    held.shift()?.();
    await until(() => laptop.all('message').length === 5);
    expect(reads()).toBe(2);
  });

  it('closes a connection that stands before entries that ended, whose next one is told how many it missed', async () => {
    for (let n = 1; n <= 5; n += 1) world.persistence.put(BOB, message(n));
    const ended = { head: 5, entries: [], expired: 5, epoch: world.persistence.epoch };
    jest.spyOn(world.persistence, 'readInbox').mockResolvedValueOnce(ended);
    const bob = await world.connect(pod, BOB);
    expect(await bob.closed).toEqual({ code: 4000, reason: 'slow' });
    expect(bob.all('message')).toEqual([]);
  });

  it('reads again with backoff after a failed read', async () => {
    const alice = await world.connect(pod, ALICE);
    const bob = await world.connect(pod, BOB);
    world.persistence.storesAtOnce = false;
    world.bus.loses = () => true;
    alice.say({ type: 'send', recipient_id: BOB, content: 'x' });
    await alice.next('accepted');
    world.bus.loses = () => false;
    const read = jest.spyOn(world.persistence, 'readInbox').mockRejectedValueOnce(new Error('once'));
    world.persistence.store();
    expect(await bob.next('message')).toMatchObject({ content: 'x', seq: 1 });
    expect(read).toHaveBeenCalledTimes(2);
  });
});

function message(n: number) {
  return {
    message_id: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
    conversation_id: '00000000-0000-4000-8000-0000000000ff',
    sender_id: ALICE,
    recipient_id: BOB,
    content: `entry ${n}`,
    sent_at: '2026-01-01T00:00:00.000Z',
  };
}
