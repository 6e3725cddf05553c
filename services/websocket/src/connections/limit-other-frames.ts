import { TokenBucket } from '@chat-app/timing';

/** Frames that are not sends, per second and at once: confirmations are cumulative, nobody needs more. */
export const OTHER_FRAMES_PER_SECOND = 20;
const OTHER_FRAMES_BURST = 200;
/** Unreadable frames within a minute after which the connection is unusable. */
const MAX_MALFORMED = 20;
const MINUTE_MS = 60_000;

/** What one connection may say beside its sends. All times are of the monotonic clock. */
export class FrameLimits {
  readonly #others = new TokenBucket(OTHER_FRAMES_BURST, 0);
  #malformed = 0;
  #countedSince = -Infinity;

  /** Takes one frame that is not a send: 0 where it may be processed, else the milliseconds until one may. */
  take(now: number): number {
    return this.#others.take(now, OTHER_FRAMES_PER_SECOND, OTHER_FRAMES_BURST);
  }

  /** Counts an unreadable frame; true when it was one too many. */
  isTooMalformed(now: number): boolean {
    if (now - this.#countedSince >= MINUTE_MS) {
      this.#countedSince = now;
      this.#malformed = 0;
    }
    this.#malformed += 1;
    return this.#malformed >= MAX_MALFORMED;
  }
}
