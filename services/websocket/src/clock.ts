/** The two clocks of a process. */
export interface Clock {
  /** Time of day, milliseconds since the epoch: for what is said to others (`sent_at`). It may be set back or forth. */
  wall(): number;
  /** Milliseconds since some moment; it never jumps: for waits, intervals, limits and ages. */
  monotonic(): number;
}

/** The clocks of this machine. */
export const systemClock: Clock = { wall: () => Date.now(), monotonic: () => performance.now() };
