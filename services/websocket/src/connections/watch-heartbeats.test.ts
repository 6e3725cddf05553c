import { ALICE, TestWorld } from '../testing/test-pod';

describe('heartbeats', () => {
  let world: TestWorld;
  beforeEach(() => {
    world = new TestWorld();
  });
  afterEach(() => world.close());

  it('keeps a connection that answers pings', async () => {
    const pod = await world.pod({ PING_INTERVAL_MS: 100 });
    const alice = await world.connect(pod, ALICE);
    for (let n = 0; n < 3; n += 1) await new Promise((resolve) => alice.socket.once('ping', resolve));
    alice.say({ type: 'send', recipient_id: ALICE, content: 'x' });
    await alice.next('accepted');
  });

  it('closes a connection that left two pings unanswered', async () => {
    const pod = await world.pod({ PING_INTERVAL_MS: 100 });
    const alice = await world.connect(pod, ALICE);
    (alice.socket as unknown as { _autoPong: boolean })._autoPong = false;
    expect(await alice.closed).toEqual({ code: 4002, reason: 'ping_timeout' });
  });
});
