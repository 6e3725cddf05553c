/**
 * Keeps the access token fresh: refreshes it before it expires (by its lifetime, or when the server says so) and shows
 * the newer one to the server, so that the connection lives on.
 */
import { backoffMs, type BackoffOptions } from '@chat-app/timing';
import { isFinal } from '../errors';
import { monotonicNow } from '../state/clock';
import type { Timers } from '../state/timers';
import type { TokenSource } from './token-source';

/** A clock that runs wrong may not make a storm of refreshes. */
const SHORTEST_MS = 5_000;
const LONGEST_MARGIN_MS = 60_000;

export interface AuthenticationKeeperOptions {
  tokens: TokenSource;
  timers: Timers;
  backoff: BackoffOptions;
  /** Sends a frame where online. */
  transmit: (frame: object) => boolean;
  /** The session is over. */
  onSignedOut: (reason: string) => void;
}

export class AuthenticationKeeper {
  private failures = 0;
  private stopped = false;

  constructor(private readonly options: AuthenticationKeeperOptions) {}

  /** Sets the timer for the next refresh by the token's lifetime. */
  schedule(): void {
    const { expiresAt } = this.options.tokens;
    if (expiresAt === undefined || this.stopped) return;
    const left = expiresAt - monotonicNow();
    const margin = Math.min(LONGEST_MARGIN_MS, left / 4);
    this.options.timers.set('refresh', Math.max(SHORTEST_MS, left - margin), () => void this.refresh());
  }

  /** Gets a newer token and sends it. Never rejects: what fails for the moment is tried again. */
  async refresh(): Promise<void> {
    const { tokens, timers, backoff, transmit, onSignedOut } = this.options;
    try {
      await tokens.refresh();
      if (this.stopped) return;
      this.failures = 0;
      transmit({ type: 'authenticate', token: tokens.token });
      this.schedule();
    } catch (thrown) {
      if (this.stopped) return;
      if (isFinal(thrown)) {
        onSignedOut(thrown.message);
        return;
      }
      this.failures += 1;
      timers.set('refresh', Math.max(1_000, backoffMs(this.failures, backoff)), () => void this.refresh());
    }
  }

  stop(): void {
    this.stopped = true;
    this.options.timers.clear('refresh');
  }
}
