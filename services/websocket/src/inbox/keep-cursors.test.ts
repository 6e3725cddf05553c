import { ALICE, BOB, TestWorld, until, type TestPod } from '../testing/test-pod';

describe('confirming what was received', () => {
  let world: TestWorld;
  let pod: TestPod;
  beforeEach(async () => {
    world = new TestWorld();
    pod = await world.pod();
    for (let n = 1; n <= 5; n += 1) world.persistence.put(ALICE, message(n));
  });
  afterEach(() => world.close());

  const cursor = (device = 'phone') => world.persistence.cursors.get(`${ALICE}|${device}`);

  it('collects confirmations and writes the furthest of each device', async () => {
    const phone = await world.connect(pod, ALICE, { device: 'phone' });
    const tablet = await world.connect(pod, ALICE, { device: 'tablet' });
    for (const seq of [1, 4, 2]) phone.say({ type: 'received', seq });
    tablet.say({ type: 'received', seq: 3 });
    // Each began at 0 when it connected; what is written next is what was collected.
    await until(() => cursor() !== 0 && cursor('tablet') !== 0);
    expect([cursor(), cursor('tablet')]).toEqual([4, 3]);
  });

  it('writes at once when the connection closes, so that the device resumes there on any pod', async () => {
    const other = await world.pod();
    const phone = await world.connect(pod, ALICE);
    phone.say({ type: 'received', seq: 5 });
    await phone.close();
    await until(() => cursor() === 5);
    const again = await world.connect(other, ALICE);
    expect(again.all('welcome')[0]?.seq).toBe(5);
  });

  it('keeps confirmations during an outage of persistence', async () => {
    const phone = await world.connect(pod, ALICE);
    await phone.next('message');
    world.persistence.unavailable = true;
    phone.say({ type: 'received', seq: 2 });
    await phone.close();
    await until(() => pod.service.connections === 0);
    world.persistence.unavailable = false;
    await until(() => cursor() === 2);
  });

  it('sends what was not confirmed again', async () => {
    const phone = await world.connect(pod, ALICE);
    await until(() => phone.all('message').length === 5);
    phone.say({ type: 'received', seq: 3 });
    await phone.close();
    const again = await world.connect(pod, ALICE);
    await until(() => again.all('message').length === 2);
    expect(again.all('message').map(({ seq }) => seq)).toEqual([4, 5]);
  });
});

function message(n: number) {
  return {
    message_id: `00000000-0000-4000-8000-00000000000${n}`,
    conversation_id: '00000000-0000-4000-8000-0000000000ff',
    sender_id: BOB,
    recipient_id: ALICE,
    content: `entry ${n}`,
    sent_at: '2026-01-01T00:00:00.000Z',
  };
}
