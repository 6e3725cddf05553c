import { randomBytes } from 'node:crypto';
import { Redis, ReplyError } from 'ioredis';
import type { Configuration, redisVariables, Secret } from '../configuration';
import { asError, PlatformError } from '../errors';
import type { Logger } from '../log/logger';
import type { Metrics } from '../metrics/metrics';
import { Canary } from './canary';
import type { Fanout, FanoutState } from './fanout';
import { fanoutMetrics } from './fanout-metrics';
import { connectionOptions, reconnectDelayMs, type RedisFanoutOptions } from './redis-options';

export type { RedisFanoutOptions } from './redis-options';

const CANARY_INTERVAL_MS = 3_000;
const CANARY_MISSES = 2;
const PUBLISH_TIMEOUT_MS = 500;
const SUBSCRIBE_TIMEOUT_MS = 5_000;
const CHUNK = 1_000;

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
  return createRedisFanout({
    url: configuration.REDIS_URL,
    sentinels: configuration.REDIS_SENTINELS,
    sentinelName: configuration.REDIS_SENTINEL_NAME,
    username: configuration.REDIS_USERNAME,
    password: configuration.REDIS_PASSWORD,
    tls: configuration.REDIS_TLS,
    tlsCaFile: configuration.REDIS_TLS_CA_FILE,
    ...context,
  });
}

/**
 * Two connections: one publishes, one hears. The library reconnects them; subscribing again is done here, because the
 * library says `ready` before it has, and because channels may have come and gone meanwhile.
 *
 * State: `connected` while both are ready and every wanted channel is confirmed on the present connection. Either one's
 * loss, or two canaries in a row unheard, makes it `degraded`; the second case also drops both connections.
 *
 * Concurrency: `#wanted` is what callers want, `#confirmed` (a part of it) what the present subscriber connection was
 * confirmed. `#epoch` counts subscriber connections: an answer that belongs to an earlier one changes nothing. Commands
 * of one connection are answered in order, so the last of SUBSCRIBE and UNSUBSCRIBE of a channel decides on both ends.
 */
class RedisFanout implements Fanout {
  readonly #publisher: Redis;
  readonly #subscriber: Redis;
  readonly #password: Secret | undefined;
  readonly #logger: Logger;
  readonly #metrics: ReturnType<typeof fanoutMetrics>;
  readonly #canaryChannel: string;
  readonly #canary = new Canary();
  readonly #timer: NodeJS.Timeout;
  readonly #wanted = new Set<string>();
  readonly #confirmed = new Set<string>();
  readonly #gapListeners: (() => void)[] = [];
  readonly #stateListeners: ((state: FanoutState) => void)[] = [];
  #receiver: (channel: string, payload: Uint8Array) => void = () => undefined;
  #state: FanoutState = 'degraded';
  #awaySince: number | undefined;
  #publisherReady = false;
  #subscriberReady = false;
  #epoch = 0;
  /** Subscriptions under way, also the one of all channels. */
  #subscribing = 0;
  #lastError: Error | undefined;
  #closed: Promise<void> | undefined;

  constructor(options: RedisFanoutOptions) {
    this.#logger = options.logger;
    this.#metrics = fanoutMetrics(options.metrics);
    this.#metrics.connected.set(0);
    this.#metrics.channels.set(0);
    this.#password = options.password;
    this.#canaryChannel = `canary:${options.podName}:${randomBytes(6).toString('hex')}`;
    this.#wanted.add(this.#canaryChannel);
    const shared = connectionOptions(options);
    this.#publisher = new Redis({
      ...shared,
      retryStrategy: (attempt) => this.#prepareReconnect(this.#publisher, attempt),
      commandTimeout: PUBLISH_TIMEOUT_MS,
      enableAutoPipelining: true,
    });
    this.#subscriber = new Redis({
      ...shared,
      retryStrategy: (attempt) => this.#prepareReconnect(this.#subscriber, attempt),
      commandTimeout: SUBSCRIBE_TIMEOUT_MS,
    });
    this.#watchPublisher(this.#publisher);
    this.#watchSubscriber(this.#subscriber);
    this.#timer = setInterval(() => this.#beat(), options.canaryIntervalMs ?? CANARY_INTERVAL_MS);
    this.#timer.unref();
  }

  get state(): FanoutState {
    return this.#state;
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
    const news = channels.filter((channel) => !this.#confirmed.has(channel));
    for (const channel of news) this.#wanted.add(channel);
    this.#measureChannels();
    if (news.length === 0) return;
    if (!this.#subscriberReady) throw unavailable('not subscribed yet', this.#lastError);
    try {
      await this.#confirm(news);
    } catch (thrown) {
      throw unavailable('not subscribed yet', thrown);
    }
  }

  async unsubscribe(channels: readonly string[]): Promise<void> {
    const gone = channels.filter((channel) => this.#wanted.delete(channel));
    for (const channel of gone) this.#confirmed.delete(channel);
    this.#measureChannels();
    if (!this.#subscriberReady || this.#closed !== undefined) return;
    for (let at = 0; at < gone.length; at += CHUNK) {
      // What is heard without being wanted is dropped, so a failure only costs bandwidth until the next connection.
      await this.#subscriber.unsubscribe(...gone.slice(at, at + CHUNK)).catch(() => undefined);
    }
  }

  onMessage(receiver: (channel: string, payload: Uint8Array) => void): void {
    this.#receiver = receiver;
  }

  onGap(listener: () => void): void {
    this.#gapListeners.push(listener);
  }

  onStateChange(listener: (state: FanoutState) => void): void {
    this.#stateListeners.push(listener);
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

  #watchPublisher(publisher: Redis): void {
    publisher.on('error', (error) => (this.#lastError = error));
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
    subscriber.on('error', (error) => (this.#lastError = error));
    subscriber.on('messageBuffer', (channel: Buffer, payload: Buffer) => this.#hear(channel.toString(), payload));
    subscriber.on('ready', () => {
      this.#subscriberReady = true;
      void this.#resubscribe();
    });
    subscriber.on('close', () => {
      this.#forgetSubscriptions();
      this.#degrade('the hearing connection was lost');
    });
    subscriber.on('end', () => this.#startAgain(subscriber));
  }

  #hear(channel: string, payload: Buffer): void {
    if (channel === this.#canaryChannel) return this.#canary.heard(Number(payload.toString()));
    if (!this.#wanted.has(channel)) return;
    this.#metrics.received.inc();
    this.#receiver(channel, payload);
  }

  /** Subscribes everything wanted on a new connection, what is added meanwhile too. */
  async #resubscribe(): Promise<void> {
    const epoch = this.#epoch;
    try {
      // Iterating a Set also visits what is added during the iteration.
      let chunk: string[] = [];
      for (const channel of this.#wanted) {
        if (chunk.push(channel) < CHUNK) continue;
        await this.#confirm(chunk);
        chunk = [];
      }
      while (chunk.length > 0) {
        await this.#confirm(chunk);
        chunk = this.#missing();
      }
    } catch (thrown) {
      if (epoch !== this.#epoch) return;
      this.#lastError = asError(thrown);
      // Refused (an ACL): tried again at the next beat. Unanswered: the connection is of no use.
      if (!(thrown instanceof ReplyError)) this.#reconnect('channels could not be subscribed again');
      return;
    }
    this.#metrics.resubscriptions.inc();
    this.#canary.reset();
    this.#becomeConnected();
  }

  /** Subscribes channels and notes which are still wanted. @throws what the library throws, or when the connection changed */
  async #confirm(channels: readonly string[]): Promise<void> {
    const epoch = this.#epoch;
    this.#subscribing += 1;
    try {
      for (let at = 0; at < channels.length; at += CHUNK) {
        const chunk = channels.slice(at, at + CHUNK);
        await this.#subscriber.subscribe(...chunk);
        if (epoch !== this.#epoch) throw new Error('the connection was lost meanwhile');
        for (const channel of chunk) if (this.#wanted.has(channel)) this.#confirmed.add(channel);
      }
    } finally {
      this.#subscribing -= 1;
    }
  }

  #missing(): string[] {
    if (this.#confirmed.size === this.#wanted.size) return [];
    return [...this.#wanted].filter((channel) => !this.#confirmed.has(channel));
  }

  #beat(): void {
    if (!this.#subscriberReady) return;
    if (this.#subscribing === 0 && this.#missing().length > 0) {
      // A subscription failed on a connection that lives on.
      void this.#resubscribe().then(() => this.#tellGap());
      return;
    }
    if (this.#state === 'degraded') return;
    const { number, misses } = this.#canary.beat();
    if (misses > 0) this.#metrics.canaryMisses.inc();
    if (misses >= CANARY_MISSES) return this.#reconnect('what this pod published to itself was not heard');
    // Its failure shows as a miss.
    this.#publisher.publish(this.#canaryChannel, String(number)).catch(() => undefined);
  }

  #becomeConnected(): void {
    if (this.#state === 'connected' || !this.#publisherReady || !this.#subscriberReady) return;
    if (this.#missing().length > 0) return;
    this.#tellGap();
    this.#enter('connected');
    if (this.#awaySince === undefined) return;
    this.#logger.info('the fan-out is back', {
      away_ms: Date.now() - this.#awaySince,
      channels: this.#wanted.size - 1,
    });
    this.#awaySince = undefined;
  }

  #degrade(reason: string): void {
    if (this.#closed !== undefined) return;
    // Said once, also where it never was connected.
    if (this.#awaySince === undefined) {
      this.#awaySince = Date.now();
      this.#logger.warn('the fan-out is degraded', { reason, error: this.#lastError });
    }
    if (this.#state === 'connected') this.#enter('degraded');
  }

  #enter(state: FanoutState): void {
    this.#state = state;
    this.#metrics.connected.set(state === 'connected' ? 1 : 0);
    this.#stateListeners.forEach((listener) => listener(state));
  }

  #tellGap(): void {
    if (this.#closed === undefined) this.#gapListeners.forEach((listener) => listener());
  }

  #reconnect(reason: string): void {
    this.#publisherReady = false;
    this.#forgetSubscriptions();
    this.#degrade(reason);
    for (const connection of [this.#publisher, this.#subscriber]) {
      if (isOpen(connection)) connection.disconnect(true);
    }
  }

  #forgetSubscriptions(): void {
    this.#subscriberReady = false;
    this.#epoch += 1;
    this.#confirmed.clear();
  }

  #prepareReconnect(connection: Redis, attempt: number): number {
    const password = this.#password?.read();
    if (password !== undefined) connection.options.password = password;
    return reconnectDelayMs(attempt);
  }

  /** The library gives up where it was told to disconnect in the middle of connecting. */
  #startAgain(connection: Redis): void {
    if (this.#closed !== undefined) return;
    setTimeout(() => {
      if (this.#closed === undefined) connection.connect().catch(() => undefined);
    }, reconnectDelayMs(6)).unref();
  }

  #measureChannels(): void {
    this.#metrics.channels.set(this.#wanted.size - 1);
  }
}

function unavailable(message: string, cause?: unknown): PlatformError {
  const reason = cause === undefined ? '' : `: ${asError(cause).message}`;
  return new PlatformError('fanout_unavailable', `${message}${reason}`, {}, { cause });
}

const isOpen = ({ status }: Redis): boolean => ['connecting', 'connect', 'ready'].includes(status);

/** Disconnects, and resolves when the socket is closed. */
async function endConnection(connection: Redis): Promise<void> {
  const ended = isOpen(connection)
    ? new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 1_000);
        connection.once('end', () => {
          clearTimeout(timer);
          resolve();
        });
      })
    : undefined;
  connection.disconnect();
  await ended;
}
