/**
 * Port: publish/subscribe between pods, at most once (Redis pub/sub's model). It may lose anything at any time; `onGap`
 * tells when it knows that it did. What is published on a channel comes back through `onMessage` also to the publisher
 * when it subscribes: one path for one pod and for ten.
 *
 * States: `connected` → `degraded` (connection lost, or the canary was not received) → `connected` (after every channel is
 * subscribed again; `onGap` has then been called).
 */
export type FanoutState = 'connected' | 'degraded';

export interface Fanout {
  readonly state: FanoutState;
  /**
   * Publishes bytes or text on a channel; publishes of one tick share a round trip. Resolves to how many pods heard it, or
   * undefined where the broker does not tell.
   * @throws PlatformError fanout_unavailable, at once while it is unavailable: nothing is queued for later
   */
  publish(channel: string, payload: string): Promise<number | undefined>;
  /**
   * Subscribes to these channels. Resolves when the broker confirmed; the channels stay wanted, and are
   * subscribed by the adapter as soon as it can, also when this rejects.
   * @throws PlatformError fanout_unavailable
   */
  subscribe(channels: readonly string[]): Promise<void>;
  /** Channels no longer wanted. Never rejects. */
  unsubscribe(channels: readonly string[]): Promise<void>;
  /** Sets the one receiver of every payload. It is called synchronously and must not throw. */
  onMessage(receiver: (channel: string, payload: Uint8Array) => void): void;
  /** Called after channels were subscribed again: anything may have been missed since `degraded` began. */
  onGap(listener: () => void): void;
  onStateChange(listener: (state: FanoutState) => void): void;
  /** Memoised. */
  close(): Promise<void>;
}
