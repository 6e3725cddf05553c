import { randomBytes } from 'node:crypto';
import { asError, PlatformError, type Logger } from '@chat-app/platform';
import type { Fanout, FanoutState } from '../fanout';
import { Bundler, readBundle } from './bundles';
import { Canary } from './canary';
import type { FanoutMetrics } from './fanout-metrics';
import { FanoutStatus } from './fanout-status';
import { Subscriptions, type SubscribingConnection } from './subscriptions';

const CANARY_INTERVAL_MS = 3_000;
const CANARY_MISSES = 2;

/** What becomes of the links to a broker. */
export interface BrokerEvents {
  /** What is published is taken from now on. */
  publisherReady: () => void;
  publisherLost: () => void;
  /** A new link that subscribes, to nothing yet. */
  subscriberReady: () => void;
  /** The link is gone, or what it subscribed to is no longer certain, for this reason. */
  subscriberLost: (reason?: string) => void;
  received: (channel: string, payload: Uint8Array) => void;
  /** Why a link failed: told to whoever asks why the fan-out is degraded. */
  failed: (error: Error) => void;
}

/**
 * The links to a broker, as an adapter gives them: one to publish, one to subscribe, each of them as many connections as the
 * broker needs. They reconnect by themselves; a new link is subscribed to nothing.
 */
export interface BrokerLinks extends SubscribingConnection {
  /** Connects, and tells what happens from then on. */
  open(events: BrokerEvents): void;
  /** Resolves to how many connections heard it, where the broker tells. @throws where the broker did not take it in time */
  publish(channel: string, payload: string): Promise<unknown>;
  /** Whether the broker refused a subscription, rather than not answering: the link is sound then. */
  isRefusal(thrown: unknown): boolean;
  /** Drops both links, which look sound and are not; they come again. */
  drop(): void;
  /** Ends both links, once what was published before is answered. */
  close(): Promise<void>;
}

export interface BrokerFanoutOptions {
  /** Names this pod in its canary's channel. */
  podName: string;
  logger: Logger;
  metrics: FanoutMetrics;
  /** How often the canary is sent; 3 s. */
  canaryIntervalMs?: number;
  /** The canary's channel on the next link, where not every channel would do. */
  nameCanary?: () => string;
}

/**
 * A fan-out through any broker of publish and subscribe that promises nothing. What it adds: everything wanted is subscribed
 * to again on each new link, a canary finds links that only look sound, and gaps are told.
 *
 * State: `connected` while both links are ready and every wanted channel is confirmed on the present one. The loss of either,
 * or two canaries in a row not received, makes it `degraded`; the second case also drops both links.
 */
export class BrokerFanout implements Fanout {
  readonly #links: BrokerLinks;
  readonly #bundler: Bundler;
  readonly #metrics: FanoutMetrics;
  readonly #nameCanary: () => string;
  #canaryChannel: string;
  readonly #canary = new Canary();
  #beatAt = 0;
  readonly #timer: NodeJS.Timeout;
  readonly #subscriptions: Subscriptions;
  #receiver: (channel: string, payload: Uint8Array) => void = () => undefined;
  readonly #status: FanoutStatus;
  #publisherReady = false;
  #subscriberReady = false;
  /** Counts links that subscribe. */
  #generation = 0;
  #lastError: Error | undefined;
  #closed: Promise<void> | undefined;

  constructor(links: BrokerLinks, options: BrokerFanoutOptions) {
    const { podName, logger, metrics, canaryIntervalMs } = options;
    this.#links = links;
    this.#bundler = new Bundler((channel, bundle) => links.publish(channel, bundle));
    this.#metrics = metrics;
    this.#status = new FanoutStatus(logger, this.#metrics.connected);
    this.#metrics.channels.set(0);
    const canary = `canary:${podName}:${randomBytes(6).toString('hex')}`;
    this.#nameCanary = options.nameCanary ?? (() => canary);
    this.#canaryChannel = this.#nameCanary();
    this.#subscriptions = new Subscriptions(links);
    this.#subscriptions.want([this.#canaryChannel]);
    links.open(this.#events());
    this.#timer = setInterval(() => this.#beat(), canaryIntervalMs ?? CANARY_INTERVAL_MS);
    this.#timer.unref();
  }

  get state(): FanoutState {
    return this.#status.state;
  }

  async publish(channel: string, payload: string): Promise<number | undefined> {
    try {
      if (!this.#publisherReady) throw this.#lastError ?? new Error('not connected');
      const heard = await this.#bundler.add(channel, payload);
      this.#metrics.published.inc();
      return typeof heard === 'number' ? heard : undefined;
    } catch (thrown) {
      this.#metrics.publishFailures.inc();
      throw unavailable('the payload was not published', thrown);
    }
  }

  async subscribe(channels: readonly string[]): Promise<void> {
    if (this.#closed !== undefined) throw unavailable('the fan-out was closed');
    const news = this.#subscriptions.want(channels);
    this.#measureChannels();
    if (news.length === 0) return;
    if (!this.#subscriberReady) throw unavailable('not subscribed yet', this.#lastError);
    try {
      await this.#subscriptions.confirm(news);
      this.#becomeConnected();
    } catch (thrown) {
      throw unavailable('not subscribed yet', thrown);
    }
  }

  async unsubscribe(channels: readonly string[]): Promise<void> {
    const gone = this.#subscriptions.unwant(channels);
    this.#measureChannels();
    if (this.#subscriberReady && this.#closed === undefined) await this.#subscriptions.release(gone);
  }

  onMessage(receiver: (channel: string, payload: Uint8Array) => void): void {
    this.#receiver = receiver;
  }

  onGap(listener: () => void): void {
    this.#status.onGap(listener);
  }

  onStateChange(listener: (state: FanoutState) => void): void {
    this.#status.onStateChange(listener);
  }

  close(): Promise<void> {
    clearInterval(this.#timer);
    // What was published just now leaves before.
    this.#closed ??= Promise.resolve().then(() => this.#links.close());
    return this.#closed;
  }

  #events(): BrokerEvents {
    return {
      publisherReady: () => {
        this.#publisherReady = true;
        this.#becomeConnected();
      },
      publisherLost: () => {
        this.#publisherReady = false;
        this.#degrade('the publishing connection was lost');
      },
      subscriberReady: () => {
        this.#subscriberReady = true;
        this.#renewCanary();
        void this.#resubscribe();
      },
      subscriberLost: (reason = 'the subscribing connection was lost') => {
        this.#loseSubscriber();
        this.#degrade(reason);
      },
      received: (channel, payload) => this.#receive(channel, payload),
      failed: (error) => (this.#lastError = error),
    };
  }

  #receive(channel: string, payload: Uint8Array): void {
    if (channel === this.#canaryChannel) return this.#receiveCanary(Number(new TextDecoder().decode(payload)));
    if (!this.#subscriptions.wants(channel)) return;
    for (const one of readBundle(payload)) {
      this.#metrics.received.inc();
      this.#receiver(channel, one);
    }
  }

  #receiveCanary(number: number): void {
    if (!this.#canary.received(number)) return;
    this.#metrics.canaryRoundTrip.observe((performance.now() - this.#beatAt) / 1_000);
  }

  #renewCanary(): void {
    this.#subscriptions.unwant([this.#canaryChannel]);
    this.#canaryChannel = this.#nameCanary();
    this.#subscriptions.want([this.#canaryChannel]);
  }

  async #resubscribe(): Promise<void> {
    const generation = this.#generation;
    try {
      await this.#subscriptions.confirmAll();
    } catch (thrown) {
      if (generation !== this.#generation) return;
      this.#lastError = asError(thrown);
      // Refused (an ACL): tried again at the next beat. Unanswered: the link is unusable.
      if (!this.#links.isRefusal(thrown)) this.#reconnect('channels could not be subscribed again');
      return;
    }
    this.#metrics.resubscriptions.inc();
    if (this.state === 'connected') this.#status.tellGap();
    else this.#becomeConnected();
  }

  #beat(): void {
    if (!this.#subscriberReady) return;
    // A subscription failed on a link that lives on.
    if (!this.#subscriptions.complete && !this.#subscriptions.busy) void this.#resubscribe();
    if (this.state === 'degraded') return this.#becomeConnected();
    const { number, misses } = this.#canary.beat();
    if (misses > 0) this.#metrics.canaryMisses.inc();
    if (misses >= CANARY_MISSES) return this.#reconnect('what this pod published to itself was not received');
    this.#beatAt = performance.now();
    // Its failure shows as a miss.
    this.#links.publish(this.#canaryChannel, String(number)).catch(() => undefined);
  }

  #becomeConnected(): void {
    if (this.state === 'connected' || this.#closed !== undefined) return;
    if (!this.#publisherReady || !this.#subscriberReady || !this.#subscriptions.complete) return;
    this.#canary.reset();
    this.#status.recover(this.#subscriptions.size - 1);
  }

  #degrade(reason: string): void {
    if (this.#closed === undefined) this.#status.degrade(reason, this.#lastError);
  }

  #reconnect(reason: string): void {
    this.#publisherReady = false;
    this.#loseSubscriber();
    this.#degrade(reason);
    this.#links.drop();
  }

  #loseSubscriber(): void {
    this.#subscriberReady = false;
    this.#generation += 1;
    this.#subscriptions.forget();
  }

  #measureChannels(): void {
    this.#metrics.channels.set(this.#subscriptions.size - 1);
  }
}

function unavailable(message: string, cause?: unknown): PlatformError {
  const reason = cause === undefined ? '' : `: ${asError(cause).message}`;
  return new PlatformError('fanout_unavailable', `${message}${reason}`, {}, { cause });
}
