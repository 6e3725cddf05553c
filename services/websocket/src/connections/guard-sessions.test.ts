import { ENDED_SESSIONS_CHANNEL, userChannel, writeEnvelope } from '@chat-app/protocol';
import { ALICE, BOB, TestWorld, until, type TestPod } from '../testing/test-pod';
import { TestClient, type RefusedHandshake } from '../testing/ws-test-client';

/** A session as authentication names it. */
const session = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

describe('the end of a session', () => {
  let world: TestWorld;
  beforeEach(() => {
    world = new TestWorld();
  });
  afterEach(() => world.close());

  const told = (sessionId: string) =>
    world.bus.publish(
      ENDED_SESSIONS_CHANNEL,
      writeEnvelope({ kind: 'signed_out', user_id: ALICE, session_ids: [sessionId] }),
    );
  const refusal = async (pod: TestPod, sessionId: string): Promise<RefusedHandshake> =>
    (await TestClient.open(pod.url, { token: world.authentication.token(ALICE, { sessionId }) }).then(
      () => undefined,
      (refused: unknown) => refused,
    )) as RefusedHandshake;

  it('closes the sockets of that session on every pod, and no others', async () => {
    const [one, other] = [await world.pod(), await world.pod()];
    const phone = await world.connect(one, ALICE, { device: 'phone', sessionId: session(1) });
    const tablet = await world.connect(other, ALICE, { device: 'tablet', sessionId: session(1) });
    const laptop = await world.connect(other, ALICE, { device: 'laptop', sessionId: session(2) });
    world.authentication.end(ALICE, session(1));
    told(session(1));
    expect(await phone.closed).toEqual({ code: 4500, reason: 'signed_out' });
    expect((await tablet.closed).code).toBe(4500);
    laptop.say({ type: 'send', recipient_id: ALICE, content: 'x' });
    await laptop.next('accepted');
  });

  it('is believed of authentication alone: a word on a channel where other services publish is ignored', async () => {
    const pod = await world.pod();
    const phone = await world.connect(pod, ALICE, { sessionId: session(1) });
    const envelope = { kind: 'signed_out' as const, user_id: ALICE, session_ids: [session(1)] };
    world.bus.publish(userChannel(ALICE), writeEnvelope(envelope));
    phone.say({ type: 'send', recipient_id: ALICE, content: 'still here' });
    await phone.next('accepted');
    world.authentication.end(ALICE, session(1));
    told(session(1));
    expect((await phone.closed).code).toBe(4500);
  });

  it('refuses its handshakes with 401 at once on every pod, before anything is sent or read', async () => {
    const pods = [await world.pod(), await world.pod()];
    world.authentication.end(ALICE, session(1));
    for (const pod of pods) {
      const refused = await refusal(pod, session(1));
      expect([refused.status, refused.body.error.code]).toEqual([401, 'token_invalid']);
      expect(refused.headers['www-authenticate']).toContain('invalid_token');
      expect(pod.service.connections).toBe(0);
    }
  });

  it('lets none of its handshakes in that were asked about before and still wait for their turn', async () => {
    const pod = await world.pod({ MAX_CONNECTIONS_PER_USER: 100 });
    const verify = jest.spyOn(world.authentication, 'verify');
    const find = world.authentication.findEndedSessions.bind(world.authentication);
    world.authentication.findEndedSessions = async (sessionIds) => {
      const ended = await find(sessionIds);
      await until(() => verify.mock.calls.length === 60);
      // While those who are answered go on, a few in each turn of the event loop.
      setImmediate(() => told(session(1)));
      return ended;
    };
    const ends = Array.from({ length: 60 }, async () => {
      const token = world.authentication.token(ALICE, { sessionId: session(1) });
      const client = await TestClient.open(pod.url, { token }).catch(({ status }: RefusedHandshake) => status);
      return typeof client === 'number' ? client : (await client.closed).code;
    });
    const seen = new Set(await Promise.all(ends));
    expect(seen).toContain(401);
    expect([401, 4500]).toEqual(expect.arrayContaining([...seen]));
    await until(() => pod.service.connections === 0);
  });

  it('is asked about once for many handshakes', async () => {
    const pod = await world.pod({ MAX_CONNECTIONS_PER_USER: 100 });
    await world.connect(pod, ALICE, { device: 'first' });
    world.authentication.asked.length = 0;
    await Promise.all(Array.from({ length: 60 }, (_, index) => world.connect(pod, ALICE, { device: `d${index}` })));
    // One call at a time: what came while it was under way went together in the next.
    expect(world.authentication.asked.length).toBeLessThanOrEqual(30);
  });

  it('does not lock anybody out while authentication is unavailable, but those that are known to have ended', async () => {
    const pod = await world.pod();
    world.authentication.end(ALICE, session(1));
    expect((await refusal(pod, session(1))).status).toBe(401);
    const verify = world.authentication.verify.bind(world.authentication);
    world.authentication.unavailable = true;
    // Its keys are kept.
    world.authentication.verify = async (token) => {
      world.authentication.unavailable = false;
      return verify(token).finally(() => (world.authentication.unavailable = true));
    };
    await world.connect(pod, ALICE, { sessionId: session(2) });
    expect((await refusal(pod, session(1))).status).toBe(401);
  });

  it('lets nothing be sent that was on its way: the check of a recipient under way is for nothing', async () => {
    const pod = await world.pod();
    const phone = await world.connect(pod, ALICE, { sessionId: session(1) });
    let answer: () => void = () => undefined;
    world.authentication.findUnknownUsers = () => new Promise((resolve) => (answer = () => resolve([])));
    phone.say({ type: 'send', recipient_id: BOB, content: 'as the victim' });
    const before = answer;
    await until(() => answer !== before);
    world.authentication.end(ALICE, session(1));
    told(session(1));
    await phone.closed;
    answer();
    await new Promise((resolve) => setImmediate(resolve));
    expect(world.log.records).toEqual([]);
  });

  it('is found within two seconds where the fan-out lost it, and where it is unavailable', async () => {
    const pod = await world.pod();
    for (const state of ['connected', 'degraded'] as const) {
      const phone = await world.connect(pod, ALICE, { sessionId: session(state.length) });
      world.bus.set(state);
      const began = performance.now();
      world.authentication.end(ALICE, session(state.length));
      expect((await phone.closed).code).toBe(4500);
      expect(performance.now() - began).toBeLessThan(2_000);
    }
  });

  it('is found by reconciliation where it was missed everywhere else', async () => {
    const pod = await world.pod({ RECONCILE_INTERVAL_MS: 100 });
    const phone = await world.connect(pod, ALICE, { sessionId: session(1) });
    world.authentication.ended.add(session(1));
    expect((await phone.closed).code).toBe(4500);
  });

  it('is not believed of one that stands: who was sent away by a forged word may come back', async () => {
    const pod = await world.pod();
    const phone = await world.connect(pod, ALICE, { sessionId: session(1) });
    told(session(1));
    await phone.closed;
    // Refused until authentication was asked.
    let refused: unknown = await refusal(pod, session(1));
    for (let tries = 0; refused !== undefined && tries < 100; tries += 1) refused = await refusal(pod, session(1));
    expect(refused).toBeUndefined();
  });
});
