import { PODS_CHANNEL, readPodBeat, writePodBeat } from '@chat-app/protocol';
import { TestBus, type TestFanout } from '../testing/test-bus';
import { TestClock } from '../testing/test-clock';
import { PodCount } from './count-pods';

describe('the number of pods', () => {
  const bus = new TestBus();
  const fanouts: TestFanout[] = [];
  const podOf = (id: string): { pods: PodCount; fanout: TestFanout } => {
    const fanout = bus.join();
    fanouts.push(fanout);
    const pods = new PodCount(id, fanout, new TestClock());
    fanout.onMessage((channel, payload) => void pods.receive(channel, payload));
    return { pods, fanout };
  };
  afterEach(() => {
    for (const fanout of fanouts.splice(0)) bus.leave(fanout);
  });
  const settled = () => new Promise((resolve) => setImmediate(resolve));

  it('falls at once when one stops, which answers nobody any more and listens no longer', async () => {
    const [one, other] = [podOf('one'), podOf('other')];
    one.pods.start();
    other.pods.start();
    await settled();
    expect([one.pods.pods, other.pods.pods]).toEqual([2, 2]);
    await one.pods.stop();
    expect(other.pods.pods).toBe(1);
    expect(one.fanout.channels).not.toContain(PODS_CHANNEL);
    // What was on its way when it stopped.
    one.pods.receive(PODS_CHANNEL, Buffer.from(writePodBeat({ kind: 'beat', pod_id: 'a new one' })));
    await settled();
    expect(other.pods.pods).toBe(1);
    await other.pods.stop();
  });

  it('is not said to include one that stopped before it was subscribed', async () => {
    const heard: unknown[] = [];
    const observer = bus.join();
    fanouts.push(observer);
    await observer.subscribe([PODS_CHANNEL]);
    observer.onMessage((_channel, payload) => heard.push(readPodBeat(payload)));
    const { pods } = podOf('short');
    pods.start();
    await pods.stop();
    await settled();
    expect(heard).toEqual([{ kind: 'gone', pod_id: 'short' }]);
  });

  it('counts to a thousand others, however many are made up, and answers those that come one after another once', async () => {
    const clock = new TestClock();
    clock.stop();
    const fanout = bus.join();
    const observer = bus.join();
    fanouts.push(fanout, observer);
    const pods = new PodCount('one', fanout, clock);
    let answers = 0;
    await observer.subscribe([PODS_CHANNEL]);
    observer.onMessage(() => (answers += 1));
    const beat = (pod_id: string) => pods.receive(PODS_CHANNEL, Buffer.from(writePodBeat({ kind: 'beat', pod_id })));
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'performance'] });
    try {
      for (let n = 0; n < 5_000; n += 1) beat(`made up ${n}`);
      await settled();
      expect(pods.pods).toBe(1_001);
      expect(answers).toBe(1);
      clock.pass(1_000);
      jest.advanceTimersByTime(1_000);
      await settled();
      expect(answers).toBe(2);
    } finally {
      jest.useRealTimers();
      await pods.stop();
    }
  });
});
