import { ALICE, BOB, TestWorld, until, type TestPod } from '../testing/test-pod';
import type { TestClient } from '../testing/ws-test-client';

/** Stops a client from reading: what is sent to it stays with the sender once the kernel is full. */
function stopReading(client: TestClient): void {
  client.socket.pause();
}

async function metric(pod: TestPod, line: RegExp): Promise<number> {
  return Number(line.exec((await pod.metrics.expose()).body)?.[1] ?? 0);
}

describe('a slow client', () => {
  let world: TestWorld;
  beforeEach(() => {
    world = new TestWorld();
  });
  afterEach(() => world.close());

  const CONTENT = 'x'.repeat(16_000);

  async function sendMany(alice: TestClient, count: number): Promise<void> {
    const before = alice.all('accepted').length;
    for (let n = 0; n < count; n += 1) {
      alice.say({ type: 'send', recipient_id: BOB, content: `${n} ${CONTENT}` });
      // Never more under way than the connection may have.
      await until(() => alice.all('accepted').length >= before + n - 50);
    }
    await until(() => alice.all('accepted').length === before + count);
  }

  it('is not pushed to beyond a bound, and gets everything in order from its inbox once it reads again', async () => {
    const pod = await world.pod();
    const alice = await world.connect(pod, ALICE);
    const bob = await world.connect(pod, BOB);
    stopReading(bob);
    await sendMany(alice, 900);
    expect(await metric(pod, /chat_websocket_congestions_total\{[^}]*\} (\d+)/)).toBeGreaterThan(0);
    const pushed = await metric(pod, /chat_websocket_live_deliveries_total\{[^}]*\} (\d+)/);
    expect(pushed).toBeLessThan(900);
    bob.socket.resume();
    await until(() => bob.all('message').length >= 900);
    expect(bob.all('message')).toHaveLength(900);
    // Numbered without holes, be it by stored frames or on the messages themselves.
    await until(() => numbers(bob).length === 900);
    expect(numbers(bob)).toEqual(Array.from({ length: 900 }, (_, index) => index + 1));
  }, 60_000);

  it('is closed as slow beyond the bound of what may wait for it', async () => {
    const pod = await world.pod({ MAX_OUTBOUND_BYTES: 65_536, MAX_UNACKNOWLEDGED_SENDS: 100_000 });
    const bob = await world.connect(pod, BOB);
    stopReading(bob);
    // Its own answers are what piles up: they cannot come from the inbox instead.
    world.log.fail('log_overloaded');
    for (let n = 0; n < 60_000 && pod.service.connections > 0; n += 1) {
      bob.say({ type: 'send', id: 'x'.repeat(128), recipient_id: BOB, content: 'x' });
      if (n % 500 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    bob.socket.resume();
    expect([4000, 1006]).toContain((await bob.closed).code);
  }, 60_000);

  it('does not delay anyone else', async () => {
    const pod = await world.pod();
    const [alice, bob] = [await world.connect(pod, ALICE), await world.connect(pod, BOB)];
    const other = await world.connect(pod, BOB, { device: 'tablet' });
    stopReading(bob);
    await sendMany(alice, 200);
    await until(() => other.all('message').length === 200);
  }, 60_000);
});

function numbers(client: TestClient): number[] {
  return client.frames.flatMap((frame) => {
    if (frame.type === 'message' && frame.seq !== undefined) return [frame.seq];
    if (frame.type === 'stored') return frame.message_ids.map((_, index) => frame.from + index);
    return [];
  });
}
