import type { PresenceState } from '@chat-app/protocol';
import type { Connection } from '../connections/connection';

/** Somebody whom connections of this pod watch. */
export class WatchedUser {
  readonly watchers: Connection[] = [];
  /** Undefined until it was looked at. */
  state: PresenceState | undefined;
  /** The pods that held them when it was looked at. */
  pods: readonly string[] = [];
  /** When to look again, by the monotonic clock. */
  lookAt = 0;
  /** When this pod saw them go, by the clock on the wall; undefined where they were away when it first looked. */
  wentAt: number | undefined;
  /** When they were here last, by the clock on the wall; undefined where they hide it, or nobody knows. */
  lastSeenAt: number | undefined;
  /** When that is asked for again, by the monotonic clock. */
  askLastSeenAt = 0;

  constructor(readonly userId: string) {}

  /** They hide it from now on. */
  forgetLastSeen(): void {
    this.lastSeenAt = undefined;
  }

  /** False where nobody watches any more. */
  remove(connection: Connection): boolean {
    const index = this.watchers.indexOf(connection);
    if (index !== -1) this.watchers.splice(index, 1);
    return this.watchers.length > 0;
  }
}
