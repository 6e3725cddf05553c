import type { Clock } from '../clock';

/** The clocks of this machine, which a test lets pass or sets back and forth. */
export class TestClock implements Clock {
  #passed = 0;
  #set = 0;
  #stoppedAt: number | undefined;

  /** Time passes, on both clocks. */
  pass(ms: number): void {
    this.#passed += ms;
  }

  /** The time of day is set by so much; no time passes. */
  set(ms: number): void {
    this.#set += ms;
  }

  /** No time passes any more, however long things take. In whole milliseconds: what passes then is passed exactly. */
  stop(): void {
    this.#stoppedAt = Math.round(performance.now());
  }

  wall(): number {
    return Date.now() + this.#passed + this.#set;
  }

  monotonic(): number {
    return (this.#stoppedAt ?? performance.now()) + this.#passed;
  }
}
