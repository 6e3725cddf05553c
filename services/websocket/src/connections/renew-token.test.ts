import { TestClock } from '../testing/test-clock';
import { ALICE, BOB, TestWorld, type TestPod } from '../testing/test-pod';

describe('the life of a token', () => {
  let world: TestWorld;
  let pod: TestPod;
  let clock: TestClock;
  beforeEach(async () => {
    clock = new TestClock();
    world = new TestWorld();
    pod = await world.pod({}, { clock });
  });
  afterEach(() => world.close());

  it('warns before the token expires, and closes with 4001 when it does', async () => {
    const alice = await world.connect(pod, ALICE);
    clock.pass(575_000);
    const { after_ms } = await alice.next('token_expiring');
    expect(after_ms).toBeGreaterThan(0);
    expect(after_ms).toBeLessThanOrEqual(30_000);
    clock.pass(26_500);
    expect(await alice.closed).toEqual({ code: 4001, reason: 'token_expired' });
    expect(alice.all('token_expiring')).toHaveLength(1);
  });

  it('goes on with a newer token of the same user, and warns again before that expires', async () => {
    const alice = await world.connect(pod, ALICE);
    clock.pass(575_000);
    await alice.next('token_expiring');
    const token = world.authentication.token(ALICE, { expiresInMs: 1_200_000 });
    alice.say({ type: 'authenticate', token });
    const { expires_in_ms } = await alice.next('authenticated');
    expect(expires_in_ms).toBeGreaterThan(620_000);
    clock.pass(605_000);
    await alice.next('token_expiring');
  });

  it.each([3_600_000, -3_600_000])('ends by the time that passes, whatever the clock is set to (%d ms)', async (ms) => {
    const alice = await world.connect(pod, ALICE);
    clock.set(ms);
    alice.say({ type: 'send', recipient_id: ALICE, content: 'x' });
    await alice.next('accepted');
    expect(alice.all('token_expiring')).toEqual([]);
    clock.pass(575_000);
    expect((await alice.next('token_expiring')).after_ms).toBeLessThanOrEqual(30_000);
    clock.pass(30_000);
    expect(await alice.closed).toEqual({ code: 4001, reason: 'token_expired' });
  });

  it.each([
    ['another user', () => world.authentication.token(BOB), 'wrong_user'],
    ['no valid token', () => 'rubbish', 'token_invalid'],
    ['an expired token', () => world.authentication.token(ALICE, { expiresInMs: -5_000 }), 'token_expired'],
  ])('refuses %s, and the connection stays as it is', async (_, token, code) => {
    const alice = await world.connect(pod, ALICE);
    alice.say({ type: 'authenticate', token: token() });
    expect(await alice.next('error')).toMatchObject({ code });
    alice.say({ type: 'send', recipient_id: ALICE, content: 'x' });
    await alice.next('accepted');
  });

  it('refuses the token of a session that was ended, and the connection stays as it is', async () => {
    const alice = await world.connect(pod, ALICE);
    world.authentication.end(ALICE, 'ended');
    alice.say({ type: 'authenticate', token: world.authentication.token(ALICE, { sessionId: 'ended' }) });
    expect(await alice.next('error')).toMatchObject({ code: 'token_invalid' });
    alice.say({ type: 'send', recipient_id: ALICE, content: 'x' });
    await alice.next('accepted');
  });

  it('says unavailable while tokens cannot be checked', async () => {
    const alice = await world.connect(pod, ALICE);
    const token = world.authentication.token(ALICE);
    world.authentication.unavailable = true;
    alice.say({ type: 'authenticate', token });
    expect(await alice.next('error')).toMatchObject({ code: 'unavailable' });
  });
});
