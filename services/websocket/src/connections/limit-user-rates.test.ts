import { randomUUID } from 'node:crypto';
import { TestClock } from '../testing/test-clock';
import { ALICE, BOB, TestWorld, until, type TestPod } from '../testing/test-pod';
import type { TestClient } from '../testing/ws-test-client';

const LIMIT = { SENDS_PER_SECOND: 20, SENDS_BURST: 100 };
const ATTACK_MS = 10_000;

describe('the limits of a user', () => {
  let world: TestWorld;
  let clock: TestClock;
  beforeEach(() => {
    world = new TestWorld();
    clock = new TestClock();
    clock.stop();
  });
  afterEach(() => world.close());

  /** Sends as much as the pod answers in one connection; resolves to how many were accepted. */
  async function flood(client: TestClient, sends: number): Promise<number> {
    for (let n = 0; n < sends; n += 1) client.say({ type: 'send', recipient_id: BOB, content: 'x' });
    await until(() => answers(client) === sends || isClosed(client));
    return client.all('accepted').length;
  }

  /** Ten seconds of reconnecting and sending, on these pods in turn; no time passes but what the test lets pass. */
  async function attack(pods: TestPod[]): Promise<number> {
    let accepted = 0;
    for (let passed = 0; passed <= ATTACK_MS; passed += 1_000) {
      for (const pod of pods) {
        for (let round = 0; round < 2; round += 1) {
          const client = await world.connect(pod, ALICE, { device: `d${round}` });
          accepted += await flood(client, 60);
          await client.close();
        }
      }
      clock.pass(1_000);
    }
    return accepted;
  }

  it('are not reset by reconnecting: ten seconds of it give no more than the limit and the burst', async () => {
    const pod = await world.pod(LIMIT, { clock });
    const accepted = await attack([pod]);
    expect(accepted).toBeLessThanOrEqual(20 * 10 + 100);
    expect(accepted).toBeGreaterThanOrEqual(100);
  });

  it('are shared by the pods: over two of them reconnecting gives no more either', async () => {
    const pods = [await world.pod(LIMIT, { clock }), await world.pod(LIMIT, { clock })];
    await until(() => pods.every(({ service }) => service.pods === 2));
    const accepted = await attack(pods);
    expect(accepted).toBeLessThanOrEqual(20 * 10 + 100);
    expect(accepted).toBeGreaterThanOrEqual(100);
  });

  it('are those of one pod again once the other one is gone', async () => {
    const [one, other] = [await world.pod(LIMIT, { clock }), await world.pod(LIMIT, { clock })];
    await until(() => one.service.pods === 2 && other.service.pods === 2);
    await other.service.close();
    await until(() => one.service.pods === 1);
  });

  it('make a send to a group cost an entry for each member', async () => {
    const pod = await world.pod({ ROWS_PER_SECOND: 10, ROWS_BURST: 100 }, { clock });
    const group = randomUUID();
    for (let n = 0; n < 29; n += 1) world.persistence.change(group, randomUUID(), 'joined', false);
    world.persistence.change(group, ALICE, 'joined', false);
    const alice = await world.connect(pod, ALICE);
    const send = async (): Promise<void> => {
      const before = answers(alice);
      alice.say({ type: 'send', conversation_id: group, content: 'x' });
      await until(() => answers(alice) > before);
    };
    // The first one asks how large the group is; then there is room for three times thirty.
    for (let n = 0; n < 5; n += 1) await send();
    expect(alice.all('accepted')).toHaveLength(4);
    const rejected = alice.all('rejected');
    expect(rejected).toMatchObject([{ code: 'rate_limited', retryable: true }]);
    expect(rejected[0]?.retry_after_ms).toBe(2_100);
    clock.pass(2_100);
    await send();
    expect(alice.all('accepted')).toHaveLength(5);
  });

  it('count frames that are refused whatever socket they come on', async () => {
    const pod = await world.pod({ SENDS_PER_SECOND: 1, SENDS_BURST: 1 }, { clock });
    await flood(await world.connect(pod, ALICE, { device: 'a' }), 200);
    const again = await world.connect(pod, ALICE, { device: 'b' });
    await flood(again, 200);
    expect((await again.closed).code).toBe(4003);
    const bob = await world.connect(pod, BOB);
    expect(await flood(bob, 1)).toBe(1);
  });
});

function answers(client: TestClient): number {
  return client.all('accepted').length + client.all('rejected').length;
}

function isClosed(client: TestClient): boolean {
  return client.socket.readyState === client.socket.CLOSED;
}
