import { Redis, ReplyError } from 'ioredis';
import { groupBy, type Secret } from '@chat-app/platform';
import type { BrokerEvents, BrokerLinks } from '../adapter/broker-fanout';
import { slotOf } from './cluster/key-slot';
import { endConnection, isOpen, outliveErrors } from './redis-connection';
import { connectionOptions, reconnectDelayMs, refreshPassword, type RedisFanoutOptions } from './redis-options';

const PUBLISH_TIMEOUT_MS = 500;
const SUBSCRIBE_TIMEOUT_MS = 5_000;
/** Where the library gave up: as long as after so many failures. */
const ATTEMPTS_BEFORE_START = 6;

/** Commands of Redis with their arguments. */
export type RedisCommands = readonly (readonly string[])[];

/** One node of a cluster: its address, and who knows the others. */
export interface NodeOfCluster {
  host: string;
  port: number;
  /** Slots with channels of this connection belong to another node now. Resolves once it is known to which. */
  slotsMoved: () => Promise<void>;
  /** The node did not take this: another may. @throws where none does */
  publishElsewhere: (refusal: unknown, channel: string, payload: string) => Promise<unknown>;
}

/**
 * Two connections to one Redis: one publishes, one subscribes. The library reconnects them; subscribing again is not left to
 * it, because it says `ready` before it has, and because channels may have come and gone meanwhile.
 *
 * Of a node of a cluster the channels are those of its slots (SPUBLISH, SSUBSCRIBE). Which subscriptions it ended with a slot
 * the library does not tell, so the subscribing link counts as lost until all are confirmed again.
 */
export class RedisLinks implements BrokerLinks {
  readonly #publisher: Redis;
  readonly #subscriber: Redis;
  readonly #password: Secret | undefined;
  readonly #node: NodeOfCluster | undefined;
  #settling = false;
  #closing = false;

  constructor(options: RedisFanoutOptions, node?: NodeOfCluster) {
    this.#password = options.password;
    this.#node = node;
    const shared = connectionOptions(options, node);
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
    this.#subscriber.on(
      this.#node === undefined ? 'messageBuffer' : 'smessageBuffer',
      (channel: Buffer, payload: Buffer) => events.received(channel.toString(), payload),
    );
    this.#subscriber.on('moved', () => void this.#settle(events));
  }

  publish(channel: string, payload: string): Promise<unknown> {
    const node = this.#node;
    if (node === undefined) return this.#publisher.publish(channel, payload);
    return this.#publisher
      .spublish(channel, payload)
      .catch((refusal: unknown) => node.publishElsewhere(refusal, channel, payload));
  }

  subscribe(...channels: string[]): Promise<unknown> {
    return this.#node === undefined ? this.#subscriber.subscribe(...channels) : this.#bySlot('ssubscribe', channels);
  }

  unsubscribe(...channels: string[]): Promise<unknown> {
    return this.#node === undefined
      ? this.#subscriber.unsubscribe(...channels)
      : this.#bySlot('sunsubscribe', channels);
  }

  /** Runs commands in one round trip. Answers each, with an Error where it was refused. @throws where it is not connected */
  run(commands: RedisCommands): Promise<readonly unknown[]> {
    return runOn(this.#publisher, commands);
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
    // QUIT overtakes what waits for its round trip; PING comes after it.
    if (this.#publisher.status === 'ready') {
      await this.#publisher
        .ping()
        .then(() => this.#publisher.quit())
        .catch(() => undefined);
    }
    await Promise.all([this.#publisher, this.#subscriber].map(endConnection));
  }

  /** A command names channels of one slot alone. */
  async #bySlot(command: 'ssubscribe' | 'sunsubscribe', channels: readonly string[]): Promise<void> {
    const commands = [...groupBy(channels, slotOf).values()].map((each) => [command, ...each]);
    throwRefusal(await runOn(this.#subscriber, commands));
  }

  /** Once at a time: what moves meanwhile is confirmed with the rest. */
  async #settle(events: BrokerEvents): Promise<void> {
    if (this.#node === undefined || this.#settling) return;
    this.#settling = true;
    events.subscriberLost('slots went to another node');
    await this.#node.slotsMoved();
    this.#settling = false;
    if (!this.#closing && this.#subscriber.status === 'ready') events.subscriberReady();
  }

  #watch(connection: Redis, events: BrokerEvents, ready: () => void, lost: () => void): void {
    connection.on('error', (error) => {
      events.failed(error);
      outliveErrors(connection);
    });
    connection.on('ready', ready);
    connection.on('close', () => lost());
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

/** Runs commands on a connection of their own, once. @throws where Redis cannot be reached, or does not answer in time */
export async function runOnce(
  options: RedisFanoutOptions,
  address: { host: string; port: number },
  commands: RedisCommands,
): Promise<readonly unknown[]> {
  const connection = new Redis({
    ...connectionOptions(options, address),
    lazyConnect: true,
    retryStrategy: null,
    commandTimeout: SUBSCRIBE_TIMEOUT_MS,
  });
  let failure: unknown;
  connection.on('error', (error) => {
    failure ??= error;
    outliveErrors(connection);
  });
  try {
    await connection.connect();
    return await runOn(connection, commands);
  } catch (error) {
    // The library says that the connection was closed, and to the listener why.
    throw failure ?? error;
  } finally {
    await endConnection(connection);
  }
}

/** @throws the first refusal among answers */
export function throwRefusal(answers: readonly unknown[]): void {
  const refusal = answers.find((answer) => answer instanceof Error);
  if (refusal !== undefined) throw refusal;
}

async function runOn(connection: Redis, commands: RedisCommands): Promise<readonly unknown[]> {
  const answers = await connection.pipeline(commands.map((command) => [...command])).exec();
  return (answers ?? []).map(([error, answer]) => error ?? answer);
}
