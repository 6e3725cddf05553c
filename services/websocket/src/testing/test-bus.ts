import type { Fanout, FanoutState } from '@chat-app/fanout';
import { PlatformError } from '@chat-app/platform';

/** A fan-out between the pods of one test, which can fail and can lose what it is given. */
export class TestBus {
  readonly #fanouts = new Set<TestFanout>();
  /** Decides what is lost. */
  loses: (channel: string) => boolean = () => false;
  #state: FanoutState = 'connected';

  get state(): FanoutState {
    return this.#state;
  }

  join(): TestFanout {
    const fanout = new TestFanout(this);
    this.#fanouts.add(fanout);
    return fanout;
  }

  leave(fanout: TestFanout): void {
    this.#fanouts.delete(fanout);
  }

  /** Begins an outage of the bus, or ends it (with the gap that this means). */
  set(state: FanoutState): void {
    this.#state = state;
    for (const fanout of this.#fanouts) fanout.changed(state);
  }

  /** Answers how many heard it. */
  publish(channel: string, payload: string): number {
    const hearing = [...this.#fanouts].filter(({ channels }) => channels.has(channel));
    if (this.loses(channel)) return hearing.length;
    const bytes = Buffer.from(payload);
    for (const fanout of hearing) fanout.receive(channel, bytes);
    return hearing.length;
  }
}

/** One pod's end of a TestBus. */
export class TestFanout implements Fanout {
  readonly channels = new Set<string>();
  #receiver: (channel: string, payload: Uint8Array) => void = () => undefined;
  readonly #onGap: (() => void)[] = [];
  readonly #onState: ((state: FanoutState) => void)[] = [];

  constructor(private readonly bus: TestBus) {}

  get state(): FanoutState {
    return this.bus.state;
  }

  async publish(channel: string, payload: string): Promise<number> {
    this.#available();
    return this.bus.publish(channel, payload);
  }

  async subscribe(channels: readonly string[]): Promise<void> {
    for (const channel of channels) this.channels.add(channel);
    this.#available();
  }

  async unsubscribe(channels: readonly string[]): Promise<void> {
    for (const channel of channels) this.channels.delete(channel);
  }

  onMessage(receiver: (channel: string, payload: Uint8Array) => void): void {
    this.#receiver = receiver;
  }

  onGap(listener: () => void): void {
    this.#onGap.push(listener);
  }

  onStateChange(listener: (state: FanoutState) => void): void {
    this.#onState.push(listener);
  }

  async close(): Promise<void> {
    this.bus.leave(this);
  }

  receive(channel: string, payload: Uint8Array): void {
    if (this.state === 'connected' && this.channels.has(channel)) this.#receiver(channel, payload);
  }

  changed(state: FanoutState): void {
    for (const tell of this.#onState) tell(state);
    if (state === 'connected') for (const tell of this.#onGap) tell();
  }

  #available(): void {
    if (this.state !== 'connected') throw new PlatformError('fanout_unavailable', 'an outage, by the test');
  }
}
