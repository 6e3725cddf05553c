import { Timers } from '../state/timers';

const NAME = 'watched';

/**
 * Asks now and then what changed in the conversation that the user looks at: a state that was lost on its way is missed by nobody
 * else. Its owner calls release().
 */
export class ChangesWatch {
  private readonly timers = new Timers();

  constructor(
    private readonly everyMs: number,
    private readonly ask: (conversationId: string) => void,
  ) {}

  /** From now on this conversation; undefined: none. */
  watch(conversationId: string | undefined): void {
    if (conversationId === undefined) return this.timers.clear(NAME);
    this.timers.set(NAME, this.everyMs, () => {
      this.ask(conversationId);
      this.watch(conversationId);
    });
  }

  release(): void {
    this.timers.releaseAll();
  }
}
