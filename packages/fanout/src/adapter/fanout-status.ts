import type { Logger, Gauge } from '@chat-app/platform';
import type { FanoutState } from '../fanout';

/**
 * The state of a fan-out, and who is told. One log line when it degrades and one when it is back, however often it tries
 * in between.
 *
 * States: degraded → connected → degraded → … Listeners of gaps are called before those of `connected`.
 */
export class FanoutStatus {
  readonly #gapListeners: (() => void)[] = [];
  readonly #stateListeners: ((state: FanoutState) => void)[] = [];
  #state: FanoutState = 'degraded';
  #degradedSince: number | undefined;

  constructor(
    readonly logger: Logger,
    readonly connected: Gauge,
  ) {
    connected.set(0);
  }

  get state(): FanoutState {
    return this.#state;
  }

  onGap(listener: () => void): void {
    this.#gapListeners.push(listener);
  }

  onStateChange(listener: (state: FanoutState) => void): void {
    this.#stateListeners.push(listener);
  }

  tellGap(): void {
    this.#gapListeners.forEach((listener) => listener());
  }

  /** Logs also where it never was connected. */
  degrade(reason: string, error: Error | undefined): void {
    if (this.#degradedSince === undefined) {
      this.#degradedSince = performance.now();
      this.logger.warn('the fan-out is degraded', { reason, error });
    }
    if (this.#state === 'connected') this.#enter('degraded');
  }

  recover(channels: number): void {
    if (this.#state === 'connected') return;
    this.tellGap();
    this.#enter('connected');
    if (this.#degradedSince === undefined) return;
    this.logger.info('the fan-out is back', {
      outage_ms: Math.round(performance.now() - this.#degradedSince),
      channels,
    });
    this.#degradedSince = undefined;
  }

  #enter(state: FanoutState): void {
    this.#state = state;
    this.connected.set(state === 'connected' ? 1 : 0);
    this.#stateListeners.forEach((listener) => listener(state));
  }
}
