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

  it('are shared by the pods: over two of them reconnecting gives no higher rate, and a burst of each', async () => {
    const pods = [await world.pod(LIMIT, { clock }), await world.pod(LIMIT, { clock })];
    await until(() => pods.every(({ service }) => service.pods === 2));
    const accepted = await attack(pods);
    expect(accepted).toBeLessThanOrEqual(20 * 10 + 2 * 100);
    expect(accepted).toBeGreaterThanOrEqual(100);
  });

  it('are those of one pod again once the other one is gone', async () => {
    const [one, other] = [await world.pod(LIMIT, { clock }), await world.pod(LIMIT, { clock })];
    await until(() => one.service.pods === 2 && other.service.pods === 2);
    await other.service.close();
    await until(() => one.service.pods === 1);
  });

  describe('make a send to a group', () => {
    let pod: TestPod;
    let group: string;
    let alice: TestClient;
    beforeEach(async () => {
      pod = await world.pod({ ROWS_PER_SECOND: 10, ROWS_BURST: 100 }, { clock });
      group = randomUUID();
      world.persistence.change(group, ALICE, 'joined', false);
    });
    const fill = (members: number): void => {
      for (let n = 0; n < members; n += 1) world.persistence.change(group, randomUUID(), 'joined', false);
    };
    /** Sends so often; resolves to how many were accepted. */
    const send = async (times: number): Promise<number> => {
      const accepted = alice.all('accepted').length;
      for (let n = 0; n < times; n += 1) {
        const before = answers(alice);
        alice.say({ type: 'send', conversation_id: group, content: 'x' });
        await until(() => answers(alice) > before);
      }
      return alice.all('accepted').length - accepted;
    };

    it('cost an entry for each member, also the first one', async () => {
      fill(29);
      alice = await world.connect(pod, ALICE);
      expect(await send(5)).toBe(3);
      const rejected = alice.all('rejected');
      expect(rejected[0]).toMatchObject({ code: 'rate_limited', retryable: true });
      expect(rejected[0]?.retry_after_ms).toBe(2_000);
      clock.pass(2_000);
      expect(await send(2)).toBe(1);
    });

    it('cost what the group has grown to, fifteen seconds after it was looked up', async () => {
      alice = await world.connect(pod, ALICE);
      expect(await send(3)).toBe(3);
      fill(29);
      clock.pass(15_000);
      expect(await send(10)).toBe(3);
    });

    it('cost what the group has grown to as soon as this pod hears that it grew', async () => {
      alice = await world.connect(pod, ALICE);
      const bob = await world.connect(pod, BOB);
      expect(await send(3)).toBe(3);
      fill(28);
      world.persistence.change(group, BOB, 'joined');
      await bob.next('joined');
      clock.pass(1_000);
      expect(await send(10)).toBe(3);
    });

    it('cost what it costs where nobody can say how large the group is, once somebody can', async () => {
      alice = await world.connect(pod, ALICE);
      fill(29);
      world.persistence.unavailable = true;
      expect(await send(3)).toBe(3);
      world.persistence.unavailable = false;
      clock.pass(1_000);
      expect(await send(10)).toBe(3);
    });
  });

  it('make a change of a message that is not there cost as many sends as the looks for it', async () => {
    const pod = await world.pod({ SENDS_PER_SECOND: 1, SENDS_BURST: 20 }, { clock });
    const alice = await world.connect(pod, ALICE);
    for (let n = 0; n < 10; n += 1) {
      const before = answers(alice);
      alice.say({ type: 'delete', recipient_id: BOB, message_id: randomUUID() });
      await until(() => answers(alice) > before);
    }
    const codes = alice.all('rejected').map(({ code }) => code);
    expect(codes.filter((code) => code === 'unknown_message')).toHaveLength(4);
    expect(codes.filter((code) => code === 'rate_limited')).toHaveLength(6);
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
