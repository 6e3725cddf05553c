import { randomBytes } from 'node:crypto';
import { Redis, ReplyError } from 'ioredis';
import { type Configuration, type Secret, asError, PlatformError, type Logger, type Metrics } from '@chat-app/platform';
import { Canary } from '../adapter/canary';
import type { Fanout, FanoutState } from '../fanout';
import { fanoutMetrics } from '../adapter/fanout-metrics';
import { FanoutStatus } from '../adapter/fanout-status';
import { endConnection, isOpen, outliveErrors } from './redis-connection';
import {
  addressFrom,
  connectionOptions,
  reconnectDelayMs,
  refreshPassword,
  type RedisFanoutOptions,
} from './redis-options';
import type { redisVariables } from './redis-variables';
import { Subscriptions } from '../adapter/subscriptions';

export type { RedisFanoutOptions } from './redis-options';

const CANARY_INTERVAL_MS = 3_000;
const CANARY_MISSES = 2;
const PUBLISH_TIMEOUT_MS = 500;
const SUBSCRIBE_TIMEOUT_MS = 5_000;

/**
 * Publish/subscribe through Redis. Connects at once, in the background; `degraded` until then.
 * @throws PlatformError configuration_invalid
 */
export function createRedisFanout(options: RedisFanoutOptions): Fanout {
  return new RedisFanout(options);
}

/** Makes the adapter from the variables of the group `redisVariables`. @throws PlatformError configuration_invalid */
export function redisFromConfiguration(
  configuration: Configuration<typeof redisVariables>,
  context: { podName: string; logger: Logger; metrics: Metrics },
): Fanout {
  return createRedisFanout({ ...addressFrom(configuration), ...context });
}

/**
 * Two connections: one publishes, one subscribes. The library reconnects them; subscribing again is done here, because the
 * library says `ready` before it has, and because channels may have come and gone meanwhile.
 *
 * State: `connected` while both are ready and every wanted channel is confirmed on the present connection. Either one's
 * loss, or two canaries in a row not received, makes it `degraded`; the second case also drops both connections.
 */
class RedisFanout implements Fanout {
  readonly #publisher: Redis;
  readonly #subscriber: Redis;
  readonly #password: Secret | undefined;
  readonly #metrics: ReturnType<typeof fanoutMetrics>;
  readonly #canaryChannel: string;
  readonly #canary = new Canary();
  #beatAt = 0;
  readonly #timer: NodeJS.Timeout;
  readonly #subscriptions: Subscriptions;
  #receiver: (channel: string, payload: Uint8Array) => void = () => undefined;
  readonly #status: FanoutStatus;
  #publisherReady = false;
  #subscriberReady = false;
  /** Counts subscribing connections. */
  #connections = 0;
  #lastError: Error | undefined;
  #closed: Promise<void> | undefined;

  constructor(options: RedisFanoutOptions) {
    this.#metrics = fanoutMetrics(options.metrics);
    this.#status = new FanoutStatus(options.logger, this.#metrics.connected);
    this.#metrics.channels.set(0);
    this.#password = options.password;
    this.#canaryChannel = `canary:${options.podName}:${randomBytes(6).toString('hex')}`;
    const shared = connectionOptions(options);
    this.#publisher = new Redis({
      ...shared,
      ...this.#retrying(() => this.#publisher),
      commandTimeout: PUBLISH_TIMEOUT_MS,
      enableAutoPipelining: true,
    });
    this.#subscriber = new Redis({
      ...shared,
      ...this.#retrying(() => this.#subscriber),
      commandTimeout: SUBSCRIBE_TIMEOUT_MS,
    });
    this.#subscriptions = new Subscriptions(this.#subscriber);
    this.#subscriptions.want([this.#canaryChannel]);
    this.#watchPublisher(this.#publisher);
    this.#watchSubscriber(this.#subscriber);
    this.#timer = setInterval(() => this.#beat(), options.canaryIntervalMs ?? CANARY_INTERVAL_MS);
    this.#timer.unref();
  }

  get state(): FanoutState {
    return this.#status.state;
  }

  async publish(channel: string, payload: string): Promise<void> {
    try {
      if (!this.#publisherReady) throw this.#lastError ?? new Error('not connected');
      await this.#publisher.publish(channel, payload);
      this.#metrics.published.inc();
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
    this.#closed ??= this.#end();
    return this.#closed;
  }

  async #end(): Promise<void> {
    clearInterval(this.#timer);
    // What was published before is answered first.
    if (this.#publisherReady) await this.#publisher.quit().catch(() => undefined);
    await Promise.all([this.#publisher, this.#subscriber].map(endConnection));
  }

  #watchErrors(connection: Redis): void {
    connection.on('error', (error) => {
      this.#lastError = error;
      outliveErrors(connection);
    });
  }

  #watchPublisher(publisher: Redis): void {
    this.#watchErrors(publisher);
    publisher.on('ready', () => {
      this.#publisherReady = true;
      this.#becomeConnected();
    });
    publisher.on('close', () => {
      this.#publisherReady = false;
      this.#degrade('the publishing connection was lost');
    });
    publisher.on('end', () => this.#startAgain(publisher));
  }

  #watchSubscriber(subscriber: Redis): void {
    this.#watchErrors(subscriber);
    subscriber.on('messageBuffer', (channel: Buffer, payload: Buffer) => this.#receive(channel.toString(), payload));
    subscriber.on('ready', () => {
      this.#subscriberReady = true;
      void this.#resubscribe();
    });
    subscriber.on('close', () => {
      this.#loseSubscriber();
      this.#degrade('the subscribing connection was lost');
    });
    subscriber.on('end', () => this.#startAgain(subscriber));
  }

  #receive(channel: string, payload: Buffer): void {
    if (channel === this.#canaryChannel) return this.#receiveCanary(Number(payload.toString()));
    if (!this.#subscriptions.wants(channel)) return;
    this.#metrics.received.inc();
    this.#receiver(channel, payload);
  }

  #receiveCanary(number: number): void {
    if (!this.#canary.received(number)) return;
    this.#metrics.canaryRoundTrip.observe((performance.now() - this.#beatAt) / 1_000);
  }

  async #resubscribe(): Promise<void> {
    const connection = this.#connections;
    try {
      await this.#subscriptions.confirmAll();
    } catch (thrown) {
      if (connection !== this.#connections) return;
      this.#lastError = asError(thrown);
      // Refused (an ACL): tried again at the next beat. Unanswered: the connection is of no use.
      if (!(thrown instanceof ReplyError)) this.#reconnect('channels could not be subscribed again');
      return;
    }
    this.#metrics.resubscriptions.inc();
    if (this.state === 'connected') this.#status.tellGap();
    else this.#becomeConnected();
  }

  #beat(): void {
    if (!this.#subscriberReady) return;
    // A subscription failed on a connection that lives on.
    if (!this.#subscriptions.complete && !this.#subscriptions.busy) void this.#resubscribe();
    if (this.state === 'degraded') return this.#becomeConnected();
    const { number, misses } = this.#canary.beat();
    if (misses > 0) this.#metrics.canaryMisses.inc();
    if (misses >= CANARY_MISSES) return this.#reconnect('what this pod published to itself was not received');
    this.#beatAt = performance.now();
    // Its failure shows as a miss.
    this.#publisher.publish(this.#canaryChannel, String(number)).catch(() => undefined);
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
    for (const connection of [this.#publisher, this.#subscriber]) {
      outliveErrors(connection);
      if (isOpen(connection)) connection.disconnect(true);
    }
  }

  #loseSubscriber(): void {
    this.#subscriberReady = false;
    this.#connections += 1;
    this.#subscriptions.forget();
  }

  /** When to try again, of Redis and of all Sentinels: with the password as it is then. */
  #retrying(connection: () => Redis) {
    const prepare = (attempt: number): number => {
      refreshPassword(connection().options, this.#password);
      return reconnectDelayMs(attempt);
    };
    return { retryStrategy: prepare, sentinelRetryStrategy: prepare };
  }

  /** The library gives up where it was told to disconnect in the middle of connecting. */
  #startAgain(connection: Redis): void {
    if (this.#closed !== undefined) return;
    setTimeout(() => {
      if (this.#closed !== undefined) return;
      refreshPassword(connection.options, this.#password);
      connection.connect().catch(() => undefined);
    }, reconnectDelayMs(6)).unref();
  }

  #measureChannels(): void {
    this.#metrics.channels.set(this.#subscriptions.size - 1);
  }
}

function unavailable(message: string, cause?: unknown): PlatformError {
  const reason = cause === undefined ? '' : `: ${asError(cause).message}`;
  return new PlatformError('fanout_unavailable', `${message}${reason}`, {}, { cause });
}
