/** How long questions are collected into one call, milliseconds. */
const COLLECT_MS = 5;
/** After a call without an answer it is not waited for another one for so long, milliseconds. */
const PAUSE_MS = 1_000;
/** Sessions in one call. */
const MAX_SESSIONS = 10_000;

export type SessionState = 'stands' | 'ended' | 'unknown';

interface Batch {
  readonly sessionIds: Set<string>;
  readonly answers: ((sessionId: ReadonlySet<string> | undefined) => void)[];
}

/**
 * Asks whether single sessions still stand: many questions in one call, one call at a time, so that a storm of handshakes
 * costs authentication a few calls and not one each. Nothing is remembered: an answer is as new as its question.
 *
 * States: idle → collecting → asking (what comes meanwhile is collected for the next call) → idle. Without an answer:
 * paused, in which nobody waits, until a second is over; then one call is tried again.
 */
export class SessionQuestions {
  #waiting: Batch | undefined;
  #timer: NodeJS.Timeout | undefined;
  #asking = false;
  #failing = false;
  #pausedUntil = -Infinity;
  #closed = false;

  constructor(
    private readonly findEnded: (sessionIds: readonly string[]) => Promise<readonly string[]>,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** `unknown` where authentication has no answer. Never rejects. */
  async ask(sessionId: string): Promise<SessionState> {
    if (this.#closed || (this.#failing && (this.#asking || this.now() < this.#pausedUntil))) return 'unknown';
    if ((this.#waiting?.sessionIds.size ?? 0) >= MAX_SESSIONS) return 'unknown';
    const ended = await this.#join(sessionId);
    if (ended === undefined) return 'unknown';
    return ended.has(sessionId) ? 'ended' : 'stands';
  }

  /** Whoever waits is told `unknown`. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#answer(this.#take(), undefined);
  }

  #join(sessionId: string): Promise<ReadonlySet<string> | undefined> {
    this.#waiting ??= { sessionIds: new Set(), answers: [] };
    const { sessionIds, answers } = this.#waiting;
    sessionIds.add(sessionId);
    const answer = new Promise<ReadonlySet<string> | undefined>((resolve) => answers.push(resolve));
    if (!this.#asking) this.#timer ??= setTimeout(() => void this.#run(), COLLECT_MS);
    return answer;
  }

  async #run(): Promise<void> {
    this.#asking = true;
    for (let batch = this.#take(); batch !== undefined; batch = this.#take()) {
      const ended = await this.#find(batch);
      this.#answer(batch, ended);
      // Nobody waits for a second call that will have no answer either.
      if (ended === undefined) this.#answer(this.#take(), undefined);
    }
    this.#asking = false;
  }

  async #find({ sessionIds }: Batch): Promise<ReadonlySet<string> | undefined> {
    try {
      const ended = new Set(await this.findEnded([...sessionIds]));
      this.#failing = false;
      return ended;
    } catch {
      this.#failing = true;
      this.#pausedUntil = this.now() + PAUSE_MS;
      return undefined;
    }
  }

  #take(): Batch | undefined {
    const batch = this.#waiting;
    this.#waiting = undefined;
    this.#timer = undefined;
    return batch;
  }

  #answer(batch: Batch | undefined, ended: ReadonlySet<string> | undefined): void {
    for (const answer of batch?.answers ?? []) answer(ended);
  }
}
