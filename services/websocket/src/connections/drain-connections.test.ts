import { ALICE, BOB, TestWorld, until } from '../testing/test-pod';
import { TestClient, type RefusedHandshake } from '../testing/ws-test-client';

describe('draining', () => {
  let world: TestWorld;
  beforeEach(() => {
    world = new TestWorld();
  });
  afterEach(() => world.close());

  it('tells every client when to reconnect, each at another moment, and then closes it with 1012', async () => {
    const pod = await world.pod({ DRAIN_WINDOW_MS: 400 });
    const clients = [];
    for (let n = 0; n < 10; n += 1) clients.push(await world.connect(pod, ALICE, { device: `d${n}` }));
    await pod.service.drain();
    const moments = clients.map((client) => client.all('reconnect').map(({ after_ms }) => after_ms));
    expect(moments.every((told) => told.length === 1)).toBe(true);
    expect(new Set(moments.flat()).size).toBeGreaterThan(1);
    expect(Math.max(...moments.flat())).toBeLessThanOrEqual(400);
    for (const client of clients) expect(await client.closed).toEqual({ code: 1012, reason: 'service_restart' });
    expect(pod.service.connections).toBe(0);
  });

  it('keeps accepting until the endpoints have settled, and then answers 503 with Retry-After', async () => {
    const pod = await world.pod({ ENDPOINT_SETTLE_MS: 3_000, DRAIN_WINDOW_MS: 500 });
    const early = await world.connect(pod, ALICE, { device: 'early' });
    const drained = pod.service.drain();
    const late = await world.connect(pod, ALICE, { device: 'late' });
    await Promise.all([early.next('reconnect'), late.next('reconnect')]);
    const refused = await TestClient.open(pod.url, { token: world.authentication.token(BOB) }).catch(
      (reason: unknown) => reason as RefusedHandshake,
    );
    expect(refused).toMatchObject({ status: 503, body: { error: { code: 'draining', retryable: true } } });
    expect((refused as RefusedHandshake).headers['retry-after']).toBeDefined();
    await drained;
  });

  it('answers the sends of a client before it closes it', async () => {
    const pod = await world.pod();
    const alice = await world.connect(pod, ALICE);
    world.log.hold();
    alice.say({ type: 'send', id: 'last', recipient_id: BOB, content: 'x' });
    await until(() => world.log.queued === 1);
    const drained = pod.service.drain();
    await alice.next('reconnect');
    setTimeout(() => world.log.release(), 1_000);
    expect(await alice.closed).toMatchObject({ code: 1012 });
    expect(alice.all('accepted').map(({ id }) => id)).toEqual(['last']);
    await drained;
  });

  it('tells what was stored and writes the cursors before the pod goes', async () => {
    const pod = await world.pod();
    const alice = await world.connect(pod, ALICE);
    alice.say({ type: 'send', recipient_id: BOB, content: 'x' });
    const { message_id } = await alice.next('accepted');
    alice.say({ type: 'received', seq: 1 });
    await pod.service.drain();
    expect(alice.all('stored')).toEqual([{ type: 'stored', from: 1, message_ids: [message_id] }]);
    expect(world.persistence.cursors.get(`${ALICE}|phone`)).toBe(1);
  });

  it('ends at once where there is nobody to send away', async () => {
    const pod = await world.pod({ DRAIN_WINDOW_MS: 60_000 });
    await pod.service.drain();
  });
});
