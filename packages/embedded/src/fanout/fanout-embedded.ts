import { PlatformError } from '@chat-app/platform';
import type { Fanout, FanoutState } from '@chat-app/fanout';

/** Connects embedded fan-outs of one process as Redis connects pods. */
export interface EmbeddedBus {
  /** Hands a payload to every fan-out that subscribed the channel, and answers how many did. */
  publish(channel: string, payload: string): number;
  add(channel: string, subscriber: EmbeddedFanout): void;
  remove(channel: string, subscriber: EmbeddedFanout): void;
}

/** Makes a bus to give to several `createEmbeddedFanout`. */
export function createEmbeddedBus(): EmbeddedBus {
  const channels = new Map<string, Set<EmbeddedFanout>>();
  return {
    publish(channel, payload) {
      const subscribers = channels.get(channel);
      if (subscribers === undefined) return 0;
      // One copy for all: a payload is not to be written to.
      const bytes = Buffer.from(payload);
      for (const subscriber of [...subscribers]) subscriber.receive(channel, bytes);
      return subscribers.size;
    },
    add(channel, subscriber) {
      const subscribers = channels.get(channel);
      if (subscribers === undefined) channels.set(channel, new Set([subscriber]));
      else subscribers.add(subscriber);
    },
    remove(channel, subscriber) {
      const subscribers = channels.get(channel);
      subscribers?.delete(subscriber);
      if (subscribers?.size === 0) channels.delete(channel);
    },
  };
}

/**
 * Publish/subscribe within one process. Never degraded and never loses anything, unless a test says so with `degrade`.
 * Payloads are handed over in a later turn of the event loop, in the order of publication, as a network would: never
 * inside `publish`.
 */
export function createEmbeddedFanout(options: { bus?: EmbeddedBus } = {}): EmbeddedFanout {
  return new EmbeddedFanout(options.bus ?? createEmbeddedBus());
}

export class EmbeddedFanout implements Fanout {
  readonly #bus: EmbeddedBus;
  readonly #wanted = new Set<string>();
  readonly #gapListeners: (() => void)[] = [];
  readonly #stateListeners: ((state: FanoutState) => void)[] = [];
  #receiver: (channel: string, payload: Uint8Array) => void = () => undefined;
  #state: FanoutState = 'connected';
  #closed = false;
  /** Payloads to hand over at the next turn. */
  #arrived: [channel: string, payload: Uint8Array][] = [];

  constructor(bus: EmbeddedBus) {
    this.#bus = bus;
  }

  get state(): FanoutState {
    return this.#state;
  }

  async publish(channel: string, payload: string): Promise<number> {
    this.#checkAvailable();
    return this.#bus.publish(channel, payload);
  }

  async subscribe(channels: readonly string[]): Promise<void> {
    if (this.#closed) this.#checkAvailable();
    for (const channel of channels) this.#wanted.add(channel);
    this.#checkAvailable();
    for (const channel of channels) this.#bus.add(channel, this);
  }

  async unsubscribe(channels: readonly string[]): Promise<void> {
    for (const channel of channels) {
      this.#wanted.delete(channel);
      this.#bus.remove(channel, this);
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

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#arrived = [];
    await this.unsubscribe([...this.#wanted]);
  }

  /** For tests: behaves as in an outage of the broker, until `recover`. */
  degrade(): void {
    if (this.#state === 'degraded') return;
    for (const channel of this.#wanted) this.#bus.remove(channel, this);
    this.#arrived = [];
    this.#enter('degraded');
  }

  /** For tests: the broker is back; subscribes again, and tells of the gap. */
  recover(): void {
    if (this.#state === 'connected') return;
    for (const channel of this.#wanted) this.#bus.add(channel, this);
    this.#gapListeners.forEach((listener) => listener());
    this.#enter('connected');
  }

  /** For the bus. */
  receive(channel: string, payload: Uint8Array): void {
    this.#arrived.push([channel, payload]);
    if (this.#arrived.length === 1) setImmediate(() => this.#dispatch());
  }

  #dispatch(): void {
    const arrived = this.#arrived;
    this.#arrived = [];
    for (const [channel, payload] of arrived) {
      if (this.#wanted.has(channel)) this.#receiver(channel, payload);
    }
  }

  #enter(state: FanoutState): void {
    this.#state = state;
    this.#stateListeners.forEach((listener) => listener(state));
  }

  #checkAvailable(): void {
    if (this.#closed) throw new PlatformError('fanout_unavailable', 'the fan-out was closed');
    if (this.#state === 'degraded') throw new PlatformError('fanout_unavailable', 'the fan-out is unavailable');
  }
}
