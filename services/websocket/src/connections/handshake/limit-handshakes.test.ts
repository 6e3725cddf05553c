import { TestClock } from '../../testing/test-clock';
import { ALICE, BOB, TestWorld, type TestPod } from '../../testing/test-pod';
import { TestClient, type RefusedHandshake } from '../../testing/ws-test-client';

describe('the rate of handshakes', () => {
  let world: TestWorld;
  let clock: TestClock;
  beforeEach(() => {
    world = new TestWorld();
    clock = new TestClock();
    clock.stop();
  });
  afterEach(() => world.close());

  /** Tries once; resolves to the status, 101 where it was taken. */
  async function shake(pod: TestPod, token: string, forwarded?: string): Promise<[number, string | undefined]> {
    const headers = forwarded === undefined ? {} : { 'X-Forwarded-For': forwarded };
    try {
      const client = await TestClient.open(pod.url, { token, headers });
      await client.close();
      return [101, undefined];
    } catch (thrown) {
      const { status, headers: answered } = thrown as RefusedHandshake;
      return [status, answered['retry-after']];
    }
  }

  it('is limited per user, with 429 and Retry-After, and of nobody else', async () => {
    const pod = await world.pod({ HANDSHAKES_PER_MINUTE: 60, HANDSHAKES_BURST: 3 }, { clock });
    const [alice, bob] = [world.authentication.token(ALICE), world.authentication.token(BOB)];
    const statuses = [];
    for (let n = 0; n < 5; n += 1) statuses.push(await shake(pod, alice));
    expect(statuses).toEqual([
      [101, undefined],
      [101, undefined],
      [101, undefined],
      [429, '1'],
      [429, '1'],
    ]);
    expect(await shake(pod, bob)).toEqual([101, undefined]);
    clock.pass(1_000);
    expect((await shake(pod, alice))[0]).toBe(101);
  });

  it('costs a user nothing where it comes with the token of an ended session', async () => {
    const pod = await world.pod({ HANDSHAKES_PER_MINUTE: 60, HANDSHAKES_BURST: 2 }, { clock });
    world.authentication.ended.add('over');
    const stolen = world.authentication.token(ALICE, { sessionId: 'over' });
    for (let n = 0; n < 5; n += 1) expect((await shake(pod, stolen))[0]).toBe(401);
    expect(await shake(pod, world.authentication.token(ALICE))).toEqual([101, undefined]);
  });

  it('is limited per address where they are refused, and those who are let in cost it nothing', async () => {
    const pod = await world.pod({ REFUSED_HANDSHAKES_PER_MINUTE: 3, TRUSTED_PROXIES: 1 }, { clock });
    const good = world.authentication.token(BOB);
    for (let n = 0; n < 10; n += 1) expect((await shake(pod, good, '192.0.2.1'))[0]).toBe(101);
    const statuses = [];
    for (let n = 0; n < 5; n += 1) statuses.push((await shake(pod, 'rubbish', '192.0.2.1'))[0]);
    expect(statuses).toEqual([401, 401, 401, 429, 429]);
    expect(await shake(pod, good, '192.0.2.1')).toEqual([429, '20']);
    expect((await shake(pod, good, '192.0.2.2'))[0]).toBe(101);
  });

  it('counts a network of IPv6 as one address, and does not believe an address that no trusted proxy wrote', async () => {
    const pod = await world.pod({ REFUSED_HANDSHAKES_PER_MINUTE: 3, TRUSTED_PROXIES: 1 }, { clock });
    const statuses = [];
    for (let n = 1; n <= 5; n += 1) statuses.push((await shake(pod, 'rubbish', `2001:db8::${n}`))[0]);
    for (let n = 1; n <= 2; n += 1) statuses.push((await shake(pod, 'rubbish', `203.0.113.${n}, 2001:db8::9`))[0]);
    expect(statuses).toEqual([401, 401, 401, 429, 429, 429, 429]);
  });
});
