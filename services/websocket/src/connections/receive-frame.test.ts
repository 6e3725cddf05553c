import fc from 'fast-check';
import { PresenceWatch } from '../presence/watch-presence';
import { ALICE, BOB, TestWorld, until, type TestPod } from '../testing/test-pod';
import type { TestClient } from '../testing/ws-test-client';

describe('what clients say', () => {
  let world: TestWorld;
  let pod: TestPod;
  let alice: TestClient;
  beforeEach(async () => {
    world = new TestWorld();
    pod = await world.pod({ FRAME_BYTES: 32_768 });
    alice = await world.connect(pod, ALICE);
  });
  afterEach(() => world.close());

  it.each([
    ['no JSON', '{', 'invalid_json'],
    ['no object', '[]', 'invalid_json'],
    ['no type', '{}', 'invalid_request'],
    ['an unknown type', '{"type":"dance"}', 'unknown_type'],
    ['a type of Object.prototype', '{"type":"constructor"}', 'unknown_type'],
    ['a bad seq', '{"type":"received","seq":-1}', 'invalid_request'],
    ['a seq that is not in the inbox', '{"type":"received","seq":7}', 'invalid_request'],
  ])('answers %s with an error, and the connection goes on', async (_, text, code) => {
    alice.say(text);
    expect(await alice.next('error')).toMatchObject({ type: 'error', code });
    alice.say({ type: 'received', seq: 0 });
    alice.say({ type: 'send', recipient_id: ALICE, content: 'x' });
    await alice.next('accepted');
  });

  it('refuses custom data that is nested deeper than the stack, and the pod goes on', async () => {
    const deep = `${'['.repeat(15_000)}${']'.repeat(15_000)}`;
    alice.say(`{"type":"send","id":"deep","recipient_id":"${ALICE}","content":"x","data":{"a":${deep}}}`);
    expect(await alice.next('rejected')).toMatchObject({ id: 'deep', code: 'invalid_request' });
    alice.say({ type: 'send', id: 'after', recipient_id: ALICE, content: 'x' });
    expect(await alice.next('accepted')).toMatchObject({ id: 'after' });
  });

  it('ends the connection in which the pod finds a fault of its own, and no other', async () => {
    const bob = await world.connect(pod, BOB);
    const failing = jest.spyOn(PresenceWatch.prototype, 'watch').mockImplementation(() => {
      throw new RangeError('a fault, by the test');
    });
    alice.say({ type: 'watch', user_ids: [BOB] });
    expect((await alice.closed).code).toBe(1011);
    failing.mockRestore();
    bob.say({ type: 'send', recipient_id: BOB, content: 'x' });
    await bob.next('accepted');
  });

  it('closes a client that keeps sending what cannot be read', async () => {
    for (let n = 0; n < 20; n += 1) alice.say('{');
    expect((await alice.closed).code).toBe(4502);
    expect(alice.all('error')).toHaveLength(20);
  });

  it('closes on a binary frame, on a frame that is too large, and on bytes that are not UTF-8', async () => {
    alice.socket.send(Buffer.from('{}'));
    expect((await alice.closed).code).toBe(1003);
    const large = await world.connect(pod, ALICE);
    large.say('x'.repeat(32_769));
    expect((await large.closed).code).toBe(1009);
    const broken = await world.connect(pod, ALICE);
    broken.socket.send(Buffer.from([0xff, 0xfe]), { binary: false });
    expect((await broken.closed).code).toBe(1007);
  });

  it('closes on a flood of tiny fragments', async () => {
    for (let n = 0; n < 200; n += 1) alice.socket.send('x', { fin: false });
    expect((await alice.closed).code).toBe(1008);
  });

  it('closes who floods it with frames that are not sends, or with pings', async () => {
    for (let n = 0; n < 600; n += 1) alice.say({ type: 'received', seq: 0 });
    expect((await alice.closed).code).toBe(4003);
    expect(alice.all('error').every(({ code }) => code === 'rate_limited')).toBe(true);
    const pinging = await world.connect(pod, ALICE);
    for (let n = 0; n < 2_000 && pinging.socket.readyState === 1; n += 1) pinging.socket.ping();
    // 4003, or cut where pongs could not even be written.
    expect([4003, 1006]).toContain((await pinging.closed).code);
  });

  it('survives any text', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string({ unit: 'binary' }), fc.json(), fc.jsonValue().map(framed)), async (text) => {
        const client = await world.connect(pod, ALICE);
        client.say(text);
        client.say({ type: 'send', id: 'after', recipient_id: ALICE, content: 'x' });
        await until(() => client.all('accepted').some(({ id }) => id === 'after'));
        await client.close();
      }),
      { numRuns: 60 },
    );
  });
});

function framed(value: unknown): string {
  return JSON.stringify({ type: 'send', id: value, content: value, recipient_id: value, seq: value });
}
