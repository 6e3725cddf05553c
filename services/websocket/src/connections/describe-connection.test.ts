import { ALICE, BOB, TestWorld } from '../testing/test-pod';

describe('describing connections', () => {
  let world: TestWorld;
  beforeEach(() => {
    world = new TestWorld();
  });
  afterEach(() => world.close());

  it('tells how many there are, and of one user which devices', async () => {
    const pod = await world.pod();
    await world.connect(pod, BOB, { device: 'phone' });
    await world.connect(pod, BOB, { device: 'laptop' });
    await world.connect(pod, ALICE);
    expect(pod.service.describeConnections()).toEqual({ connections: 3, users: 2 });
    expect(pod.service.describeConnections(BOB)).toMatchObject({
      user_id: BOB,
      connections: [
        { device_id: 'phone', state: 'open', position: 0, congested: false, unanswered_sends: 0 },
        { device_id: 'laptop' },
      ],
    });
  });

  it('knows nobody who is not here', async () => {
    const pod = await world.pod();
    expect(pod.service.describeConnections(ALICE)).toEqual({ user_id: ALICE, connections: [] });
  });
});
