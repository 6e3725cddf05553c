/**
 * Calls back after a delay, coarsely: things due within one step share one timer, and while nothing is due there is no
 * timer at all. Made for many connections that wait for a moment each.
 */
export class TimerWheel {
  readonly #slots = new Map<number, (() => void)[]>();
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly stepMs: number) {}

  /** Calls `action` after at least `delayMs`, at most one step later. It must not throw. */
  after(delayMs: number, action: () => void): void {
    const slot = Math.ceil((performance.now() + delayMs) / this.stepMs);
    const actions = this.#slots.get(slot);
    if (actions === undefined) this.#slots.set(slot, [action]);
    else actions.push(action);
    this.#timer ??= setTimeout(() => this.#turn(), this.stepMs);
  }

  /** Forgets everything that is due. */
  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#slots.clear();
  }

  #turn(): void {
    const now = performance.now() / this.stepMs;
    for (const [slot, actions] of this.#slots) {
      if (slot > now) continue;
      this.#slots.delete(slot);
      for (const action of actions) action();
    }
    this.#timer = this.#slots.size === 0 ? undefined : setTimeout(() => this.#turn(), this.stepMs);
  }
}
