import { Redis, ReplyError } from 'ioredis';
import type { Configuration, Logger, Metrics, Secret } from '@chat-app/platform';
import { BrokerFanout, type BrokerEvents, type BrokerLinks } from '../adapter/broker-fanout';
import type { Fanout } from '../fanout';
import type { PresenceLeases } from '../presence-leases';
import { RedisPresenceLeases } from './presence-redis';
import { endConnection, isOpen, outliveErrors } from './redis-connection';
import {
  addressFrom,
  connectionOptions,
  reconnectDelayMs,
  refreshPassword,
  type RedisFanoutOptions,
} from './redis-options';
import type { redisVariables } from './redis-variables';

export type { RedisFanoutOptions } from './redis-options';

const PUBLISH_TIMEOUT_MS = 500;
const SUBSCRIBE_TIMEOUT_MS = 5_000;
/** Where the library gave up: as long as after so many failures. */
const ATTEMPTS_BEFORE_START = 6;

/**
 * Publish/subscribe through Redis. Connects at once, in the background; `degraded` until then.
 * @throws PlatformError configuration_invalid
 */
export function createRedisFanout(options: RedisFanoutOptions): Fanout {
  return new BrokerFanout(new RedisLinks(options), options);
}

/** What shares the connections to one Redis: closing the fan-out ends both. */
export interface RedisBackend {
  fanout: Fanout;
  leases: PresenceLeases;
}

/** The fan-out, and the leases of presence on its publishing connection. @throws PlatformError configuration_invalid */
export function createRedisBackend(options: RedisFanoutOptions): RedisBackend {
  const links = new RedisLinks(options);
  return {
    fanout: new BrokerFanout(links, options),
    leases: new RedisPresenceLeases((commands) => links.run(commands)),
  };
}

/** Both from the variables of the group `redisVariables`. @throws PlatformError configuration_invalid */
export function redisBackendFromConfiguration(
  configuration: Configuration<typeof redisVariables>,
  context: { podName: string; logger: Logger; metrics: Metrics },
): RedisBackend {
  return createRedisBackend({ ...addressFrom(configuration), ...context });
}

/** Makes the adapter from the variables of the group `redisVariables`. @throws PlatformError configuration_invalid */
export function redisFromConfiguration(
  configuration: Configuration<typeof redisVariables>,
  context: { podName: string; logger: Logger; metrics: Metrics },
): Fanout {
  return createRedisFanout({ ...addressFrom(configuration), ...context });
}

/**
 * Two connections: one publishes, one subscribes. The library reconnects them; subscribing again is not left to it, because
 * it says `ready` before it has, and because channels may have come and gone meanwhile.
 */
class RedisLinks implements BrokerLinks {
  readonly #publisher: Redis;
  readonly #subscriber: Redis;
  readonly #password: Secret | undefined;
  #closing = false;

  constructor(options: RedisFanoutOptions) {
    this.#password = options.password;
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
  }

  open(events: BrokerEvents): void {
    this.#watch(this.#publisher, events, events.publisherReady, events.publisherLost);
    this.#watch(this.#subscriber, events, events.subscriberReady, events.subscriberLost);
    this.#subscriber.on('messageBuffer', (channel: Buffer, payload: Buffer) =>
      events.received(channel.toString(), payload),
    );
  }

  publish(channel: string, payload: string): Promise<unknown> {
    return this.#publisher.publish(channel, payload);
  }

  subscribe(...channels: string[]): Promise<unknown> {
    return this.#subscriber.subscribe(...channels);
  }

  unsubscribe(...channels: string[]): Promise<unknown> {
    return this.#subscriber.unsubscribe(...channels);
  }

  /** Runs commands in one round trip. @throws where any was refused or not answered */
  async run(commands: readonly (readonly string[])[]): Promise<readonly unknown[]> {
    const pipeline = this.#publisher.pipeline(commands.map((command) => [...command]));
    const answers = await pipeline.exec();
    return (answers ?? []).map(([error, answer]) => {
      if (error !== null) throw error;
      return answer;
    });
  }

  isRefusal(thrown: unknown): boolean {
    return thrown instanceof ReplyError;
  }

  drop(): void {
    for (const connection of [this.#publisher, this.#subscriber]) {
      outliveErrors(connection);
      if (isOpen(connection)) connection.disconnect(true);
    }
  }

  async close(): Promise<void> {
    this.#closing = true;
    if (this.#publisher.status === 'ready') await this.#publisher.quit().catch(() => undefined);
    await Promise.all([this.#publisher, this.#subscriber].map(endConnection));
  }

  #watch(connection: Redis, events: BrokerEvents, ready: () => void, lost: () => void): void {
    connection.on('error', (error) => {
      events.failed(error);
      outliveErrors(connection);
    });
    connection.on('ready', ready);
    connection.on('close', lost);
    connection.on('end', () => this.#startAgain(connection));
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
    if (this.#closing) return;
    setTimeout(() => {
      if (this.#closing) return;
      refreshPassword(connection.options, this.#password);
      connection.connect().catch(() => undefined);
    }, reconnectDelayMs(ATTEMPTS_BEFORE_START)).unref();
  }
}
