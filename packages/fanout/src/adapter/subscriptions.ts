import { chunks } from '@chat-app/platform';

/** What is used of the connection that subscribes. Commands are answered in order. */
export interface SubscribingConnection {
  subscribe(...channels: string[]): Promise<unknown>;
  unsubscribe(...channels: string[]): Promise<unknown>;
}

const CHUNK = 1_000;

/** Channels that were asked for at once. */
interface Gathered {
  readonly channels: Set<string>;
  readonly confirmed: Promise<void>;
}

/**
 * Which channels are wanted, and which of them the present connection was confirmed.
 *
 * State: `wanted` is what callers want; `confirmed`, a part of it, what the present connection was confirmed. `epoch`
 * counts connections: an answer that belongs to an earlier one changes nothing.
 *
 * Concurrency: calls may overlap. Commands of one connection are answered in order, so the last of SUBSCRIBE and
 * UNSUBSCRIBE of a channel decides on both ends, and subscribing what is subscribed changes nothing. What is asked for
 * before the promises that are resolved already have all been seen to is one command.
 */
export class Subscriptions {
  readonly #connection: SubscribingConnection;
  readonly #wanted = new Set<string>();
  readonly #confirmed = new Set<string>();
  #epoch = 0;
  #underWay = 0;
  #gathered: Gathered | undefined;

  constructor(connection: SubscribingConnection) {
    this.#connection = connection;
  }

  /** How many are wanted. */
  get size(): number {
    return this.#wanted.size;
  }

  /** Whether everything wanted is confirmed. */
  get complete(): boolean {
    return this.#confirmed.size === this.#wanted.size;
  }

  /** Whether a subscription waits for its answer. */
  get busy(): boolean {
    return this.#underWay > 0;
  }

  wants(channel: string): boolean {
    return this.#wanted.has(channel);
  }

  /** Wants these channels. @returns those that are not confirmed */
  want(channels: readonly string[]): string[] {
    for (const channel of channels) this.#wanted.add(channel);
    return channels.filter((channel) => !this.#confirmed.has(channel));
  }

  /** Wants these no longer. @returns those that were wanted */
  unwant(channels: readonly string[]): string[] {
    const gone = channels.filter((channel) => this.#wanted.delete(channel));
    for (const channel of gone) this.#confirmed.delete(channel);
    return gone;
  }

  /** The connection was lost, and the subscriptions with it. */
  forget(): void {
    this.#epoch += 1;
    this.#confirmed.clear();
    this.#gathered = undefined;
  }

  /**
   * Subscribes these channels on the present connection, together with what else is asked for at once, and resolves when it
   * confirmed all of them. What is wanted no longer by then is left out.
   * @throws what the connection throws, or when it was lost meanwhile
   */
  confirm(channels: readonly string[]): Promise<void> {
    this.#gathered ??= this.#gather();
    for (const channel of channels) this.#gathered.channels.add(channel);
    return this.#gathered.confirmed;
  }

  #gather(): Gathered {
    const epoch = this.#epoch;
    const channels = new Set<string>();
    this.#underWay += 1;
    const confirmed = Promise.resolve()
      .then(() => this.#subscribe(channels, epoch))
      .finally(() => (this.#underWay -= 1));
    return { channels, confirmed };
  }

  async #subscribe(asked: ReadonlySet<string>, epoch: number): Promise<void> {
    if (epoch === this.#epoch) this.#gathered = undefined;
    for (const chunk of chunks([...asked], CHUNK)) {
      if (epoch !== this.#epoch) throw new Error('the connection was lost meanwhile');
      const channels = chunk.filter((channel) => this.#wanted.has(channel));
      if (channels.length === 0) continue;
      await this.#connection.subscribe(...channels);
      if (epoch !== this.#epoch) throw new Error('the connection was lost meanwhile');
      for (const channel of channels) if (this.#wanted.has(channel)) this.#confirmed.add(channel);
    }
  }

  /** Subscribes everything wanted that is not confirmed, what is added meanwhile too. @throws as `confirm` */
  async confirmAll(): Promise<void> {
    while (!this.complete) {
      await this.confirm([...this.#wanted].filter((channel) => !this.#confirmed.has(channel)));
    }
  }

  /**
   * Unsubscribes on the present connection. Never rejects: what is received without being wanted is dropped, so a failure
   * only costs bandwidth until the next connection.
   */
  async release(channels: readonly string[]): Promise<void> {
    for (const chunk of chunks(channels, CHUNK)) {
      // Wanted again meanwhile: a SUBSCRIBE is on its way, and must stay the last word.
      const unwanted = chunk.filter((channel) => !this.#wanted.has(channel));
      if (unwanted.length > 0) await this.#connection.unsubscribe(...unwanted).catch(() => undefined);
    }
  }
}
