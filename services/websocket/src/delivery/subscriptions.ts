import type { Fanout } from '@chat-app/fanout';
import type { Logger } from '@chat-app/platform';
import { withTimeout } from '@chat-app/timing';
import type { ChannelChange } from '../connections/registry';

/** How long a connect waits for the fan-out to confirm a channel before it goes on degraded, milliseconds. */
const CONFIRMATION_MS = 2_000;

/** Subscribes to what the users of this pod need and to nothing else. */
export class Subscriptions {
  constructor(
    private readonly fanout: Fanout,
    private readonly logger: Logger,
  ) {}

  /** Live delivery is unavailable for now. */
  get degraded(): boolean {
    return this.fanout.state === 'degraded';
  }

  /**
   * Applies a change of the registry. Resolves to whether everything is subscribed to by now; what is not is still to be,
   * the fan-out does it when it can and reports a gap. Never rejects.
   */
  async apply(change: ChannelChange): Promise<boolean> {
    if (change.unsubscribe.length > 0) void this.fanout.unsubscribe(change.unsubscribe);
    if (change.subscribe.length === 0) return true;
    const confirmed = this.fanout.subscribe(change.subscribe).then(
      () => true,
      (error: unknown) => {
        this.logger.debug('channels are not subscribed to yet', { channels: change.subscribe.length, error });
        return false;
      },
    );
    return (await withTimeout(CONFIRMATION_MS, confirmed)) === true;
  }
}
