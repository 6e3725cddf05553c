import { randomUUID } from 'node:crypto';
import { userChannel, writeEnvelope } from '@chat-app/protocol';
import { ALICE, BOB, TestWorld, until, type TestPod } from './testing/test-pod';

const HOSTILE = 2_000;
const AT_ONCE = 10;

/** Names and labels of everything that the pod measures. */
async function seriesOf({ metrics }: TestPod): Promise<string[]> {
  const { body } = await metrics.expose();
  return body.split('\n').flatMap((line) => (line.startsWith('chat_') ? [line.slice(0, line.lastIndexOf(' '))] : []));
}

describe('what clients and neighbours make up', () => {
  let world: TestWorld;
  let pod: TestPod;
  beforeEach(async () => {
    world = new TestWorld();
    pod = await world.pod();
  });
  afterEach(() => world.close());

  /** Every outcome once, so that its series is there. */
  async function everyKindOnce(): Promise<void> {
    const client = await world.connect(pod, ALICE);
    client.say({ type: 'dance' });
    await client.next('error');
    world.bus.publish(userChannel(ALICE), live('of-tomorrow'));
    await until(() => client.frames.some((frame) => (frame as { type: string }).type === 'of-tomorrow'));
    client.socket.close(3_000);
    await client.closed;
    await until(() => pod.service.connections === 0);
  }

  const live = (kind: string): string =>
    writeEnvelope(
      { kind: 'event', event_kind: kind, event_id: randomUUID(), conversation_id: BOB, actor_id: BOB },
      JSON.stringify({ type: kind }),
    );

  it('makes no new series: 2,000 close codes', async () => {
    await everyKindOnce();
    const before = await seriesOf(pod);
    for (let code = 3_000; code < 3_000 + HOSTILE; code += AT_ONCE) {
      const codes = Array.from({ length: AT_ONCE }, (_, index) => code + index);
      await Promise.all(
        codes.map(async (each) => {
          const client = await world.connect(pod, ALICE, { device: `d${each % AT_ONCE}` });
          client.socket.close(each);
          await client.closed;
        }),
      );
      await until(() => pod.service.connections === 0);
    }
    const after = await seriesOf(pod);
    // Those of codes that mean something are from a bounded list.
    const added = after.filter((series) => !before.includes(series));
    expect(added.filter((series) => !/_closed_total\{code="4[05]0\d"/.test(series))).toEqual([]);
    expect(after).toContainEqual(expect.stringMatching(/^chat_websocket_connections_closed_total\{code="other"/));
  }, 60_000);

  it('makes no new series: 2,000 kinds of events, and 2,000 types of frames', async () => {
    await everyKindOnce();
    const client = await world.connect(pod, ALICE);
    const before = await seriesOf(pod);
    for (let n = 0; n < HOSTILE; n += 1) world.bus.publish(userChannel(ALICE), live(`kind-${n}`));
    const told = () => client.frames.some((frame) => (frame as { type: string }).type === `kind-${HOSTILE - 1}`);
    await until(told);
    const bob = await Promise.all(
      Array.from({ length: 10 }, (_, index) => world.connect(pod, BOB, { device: `d${index}` })),
    );
    for (let n = 0; n < HOSTILE; n += 1) bob[n % 10]?.say({ type: `type-${n}` });
    await Promise.all(bob.map(({ closed }) => closed));
    const after = await seriesOf(pod);
    expect(after.filter((series) => !before.includes(series) && !series.includes('code="4502"'))).toEqual([]);
  }, 60_000);
});
