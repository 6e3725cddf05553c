import { userChannel } from '@chat-app/protocol';
import type { TestFanout } from '../testing/test-bus';
import { TestClock } from '../testing/test-clock';
import { ALICE, BOB, TestWorld, until } from '../testing/test-pod';

describe('publishing a direct message', () => {
  let world: TestWorld;
  beforeEach(() => {
    world = new TestWorld();
  });
  afterEach(() => world.close());

  /** Channels that a pod publishes live events on, from now on. */
  const published = (fanout: TestFanout): string[] => {
    const channels: string[] = [];
    const publish = fanout.publish.bind(fanout);
    jest.spyOn(fanout, 'publish').mockImplementation((channel, payload) => {
      if (payload.startsWith('{"kind":"event"')) channels.push(channel);
      return publish(channel, payload);
    });
    return channels;
  };

  it("asks once a second whether another pod hears the sender's channel, and publishes there while one does", async () => {
    const clock = new TestClock();
    const [pod, other] = [await world.pod({}, { clock }), await world.pod()];
    const channels = published(pod.fanout as TestFanout);
    const alice = await world.connect(pod, ALICE);
    const say = async (content: string): Promise<void> => {
      alice.say({ type: 'send', recipient_id: BOB, content });
      await alice.next('accepted');
      await until(() => channels.includes(userChannel(BOB)));
    };
    const heard = async (content: string): Promise<string[]> => {
      channels.length = 0;
      await say(content);
      return [...channels];
    };
    expect(await heard('one')).toEqual([userChannel(BOB), userChannel(ALICE)]);
    expect(await heard('two')).toEqual([userChannel(BOB)]);
    clock.pass(1_001);
    expect(await heard('three')).toEqual([userChannel(BOB), userChannel(ALICE)]);
    const tablet = await world.connect(other, ALICE, { device: 'tablet' });
    clock.pass(1_001);
    expect(await heard('four')).toEqual([userChannel(BOB), userChannel(ALICE)]);
    expect(await heard('five')).toEqual([userChannel(BOB), userChannel(ALICE)]);
    await until(() => tablet.all('message').some(({ content }) => content === 'five'));
  });

  it('reaches a device that came to another pod within that second by its inbox', async () => {
    const [pod, other] = [await world.pod(), await world.pod()];
    const alice = await world.connect(pod, ALICE);
    alice.say({ type: 'send', recipient_id: BOB, content: 'before' });
    await alice.next('accepted');
    const tablet = await world.connect(other, ALICE, { device: 'tablet' });
    alice.say({ type: 'send', recipient_id: BOB, content: 'after' });
    await until(() => tablet.all('message').some(({ content }) => content === 'after'));
  });

  it('reaches a second device on the same pod', async () => {
    const pod = await world.pod();
    const alice = await world.connect(pod, ALICE);
    alice.say({ type: 'send', recipient_id: BOB, content: 'before' });
    await alice.next('accepted');
    const tablet = await world.connect(pod, ALICE, { device: 'tablet' });
    alice.say({ type: 'send', recipient_id: BOB, content: 'after' });
    await until(() => tablet.all('message').some(({ content }) => content === 'after'));
  });
});
