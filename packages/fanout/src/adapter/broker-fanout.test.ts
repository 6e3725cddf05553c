import { Metrics, silentLogger } from '@chat-app/platform';
import { fanoutMetrics } from './fanout-metrics';
import { BrokerFanout, type BrokerEvents, type BrokerLinks } from './broker-fanout';

/** Links to a broker in memory, whose faults are the test's to choose. */
class FakeLinks implements BrokerLinks {
  readonly subscribed = new Set<string>();
  readonly published: string[] = [];
  events!: BrokerEvents;
  drops = 0;
  /** Looks sound and carries nothing. */
  silent = false;
  refusal: Error | undefined;

  open(events: BrokerEvents): void {
    this.events = events;
  }

  async publish(channel: string, payload: string): Promise<void> {
    this.published.push(channel);
    if (!this.silent && this.subscribed.has(channel)) this.events.received(channel, Buffer.from(payload));
  }

  async subscribe(...channels: string[]): Promise<void> {
    if (this.refusal !== undefined) throw this.refusal;
    channels.forEach((channel) => this.subscribed.add(channel));
  }

  async unsubscribe(...channels: string[]): Promise<void> {
    channels.forEach((channel) => this.subscribed.delete(channel));
  }

  isRefusal(thrown: unknown): boolean {
    return thrown === this.refusal;
  }

  drop(): void {
    this.drops += 1;
    this.subscribed.clear();
  }

  async close(): Promise<void> {
    this.subscribed.clear();
  }

  ready(): void {
    this.events.publisherReady();
    this.events.subscriberReady();
  }
}

const INTERVAL_MS = 3_000;
let links: FakeLinks;
let fanout: BrokerFanout;
let gaps: number;
const beats = (count: number) => jest.advanceTimersByTimeAsync(count * INTERVAL_MS);

beforeEach(async () => {
  jest.useFakeTimers();
  links = new FakeLinks();
  fanout = new BrokerFanout(links, {
    podName: 'pod',
    logger: silentLogger,
    metrics: fanoutMetrics(new Metrics('test')),
  });
  gaps = 0;
  fanout.onGap(() => (gaps += 1));
  links.ready();
  await beats(0);
});

afterEach(async () => {
  await fanout.close();
  jest.useRealTimers();
});

describe('a fan-out through a broker', () => {
  it('is connected once both links are ready and everything wanted is confirmed', async () => {
    expect(fanout.state).toBe('connected');
    links.events.publisherLost();
    expect(fanout.state).toBe('degraded');
    links.events.publisherReady();
    expect(fanout.state).toBe('connected');
  });

  it('subscribes to everything wanted on each new link, and tells the gap', async () => {
    await fanout.subscribe(['a', 'b']);
    await fanout.unsubscribe(['b']);
    const before = gaps;
    links.events.subscriberLost();
    links.subscribed.clear();
    links.events.subscriberReady();
    await beats(0);
    expect([fanout.state, gaps > before, links.subscribed.has('a'), links.subscribed.has('b')]).toEqual([
      'connected',
      true,
      true,
      false,
    ]);
  });

  it('drops links that look sound while nothing published comes back, after two canaries and not after one', async () => {
    await beats(3);
    expect(links.drops).toBe(0);
    links.silent = true;
    await beats(2);
    expect(links.drops).toBe(0);
    await beats(1);
    expect([links.drops, fanout.state]).toEqual([1, 'degraded']);
    links.silent = false;
    links.ready();
    await beats(1);
    expect([links.drops, fanout.state]).toEqual([1, 'connected']);
  });

  it('tries a refused subscription again at the next beat, on the same link', async () => {
    links.events.subscriberLost();
    links.refusal = new Error('NOPERM');
    links.events.subscriberReady();
    await beats(1);
    expect([fanout.state, links.drops]).toEqual(['degraded', 0]);
    links.refusal = undefined;
    await beats(1);
    expect([fanout.state, links.drops]).toEqual(['connected', 0]);
  });

  it('asks for the canary’s channel again on each new link, where not every channel would do', async () => {
    await fanout.close();
    let names = 0;
    fanout = new BrokerFanout(links, {
      podName: 'pod',
      logger: silentLogger,
      metrics: fanoutMetrics(new Metrics('test')),
      nameCanary: () => `canary:${(names += 1)}`,
    });
    links.ready();
    await beats(1);
    links.events.subscriberLost('its channels went elsewhere');
    links.subscribed.clear();
    links.events.subscriberReady();
    await beats(4);
    expect([...links.subscribed]).toEqual([`canary:${names}`]);
    expect([fanout.state, links.drops]).toEqual(['connected', 0]);
  });

  it('keeps what was wanted while it was degraded, and refuses to publish meanwhile', async () => {
    links.events.publisherLost();
    links.events.subscriberLost();
    await expect(fanout.subscribe(['a'])).rejects.toMatchObject({ code: 'fanout_unavailable' });
    await expect(fanout.publish('a', 'text')).rejects.toMatchObject({ code: 'fanout_unavailable' });
    links.ready();
    await beats(0);
    expect(links.subscribed.has('a')).toBe(true);
  });

  it('passes on nothing that is not wanted', async () => {
    const received: string[] = [];
    fanout.onMessage((channel) => received.push(channel));
    await fanout.subscribe(['a']);
    for (const channel of ['a', 'b']) links.events.received(channel, Buffer.from('text'));
    expect(received).toEqual(['a']);
  });
});
