/** How questions go together. */
export interface QuestionsTogether<Question, Answer> {
  /** Answers each question, in their order; never none. */
  ask: (questions: readonly Question[]) => Promise<readonly Answer[]>;
  /** Calls under way at once. */
  mostCalls: () => number;
  /** Questions of one call. */
  mostTogether: () => number;
  /** Whether a failure would meet each question alike: then none of them is asked again. */
  isOutage: (error: unknown) => boolean;
  /** Whether anybody waits for the answer still: where not, when its turn comes, the question is not asked. */
  isWanted: (question: Question) => boolean;
  /** A question whose turn does not come in that time is not asked, milliseconds. */
  waitMs: number;
}

/** A question that waits for its call. */
interface Waiting<Question, Answer> {
  question: Question;
  /** When it came, by the monotonic clock. */
  since: number;
  /** A call of several failed: it has one of its own. */
  alone: boolean;
  resolve: (answer: Answer | undefined) => void;
  reject: (error: unknown) => void;
}

/**
 * Asks in one call what is asked for in one turn of the event loop, or while as many calls as may be are under way. So a
 * question alone waits for nobody, and a storm costs a few calls. Where a call of several fails and it may be for one of them,
 * each is asked alone: nobody pays for their neighbour.
 */
export class QuestionGatherer<Question, Answer> {
  readonly #waiting: Waiting<Question, Answer>[] = [];
  #underWay = 0;
  #due = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly how: QuestionsTogether<Question, Answer>) {}

  /** Undefined where its turn did not come in time, or it was not wanted then. @throws what the call throws */
  ask(question: Question): Promise<Answer | undefined> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ question, since: performance.now(), alone: false, resolve, reject });
      if (this.#due) return;
      this.#due = true;
      setImmediate(() => {
        this.#due = false;
        this.#begin();
      });
    });
  }

  #begin(): void {
    while (this.#waiting.length > 0 && this.#underWay < this.how.mostCalls()) {
      this.#underWay += 1;
      void this.#call(this.#take()).finally(() => {
        this.#underWay -= 1;
        this.#begin();
      });
    }
    this.#watch();
  }

  /** The oldest, as many as a call holds. */
  #take(): Waiting<Question, Answer>[] {
    const most = this.#waiting[0]?.alone === true ? 1 : this.how.mostTogether();
    const alone = this.#waiting.findIndex((one, index) => one.alone && index > 0);
    return this.#waiting.splice(0, alone === -1 ? most : Math.min(most, alone));
  }

  /** Never rejects. */
  async #call(taken: readonly Waiting<Question, Answer>[]): Promise<void> {
    const together: Waiting<Question, Answer>[] = [];
    for (const one of taken) {
      if (this.how.isWanted(one.question)) together.push(one);
      else one.resolve(undefined);
    }
    if (together.length === 0) return;
    try {
      const answers = await this.how.ask(together.map(({ question }) => question));
      for (const [index, { resolve }] of together.entries()) resolve(answers[index]);
    } catch (error) {
      if (together.length === 1 || this.how.isOutage(error)) for (const { reject } of together) reject(error);
      else this.#waiting.unshift(...together.map((one) => ({ ...one, alone: true })));
    }
  }

  /** Lets go of those whose turn did not come, when the first of them has waited for so long. */
  #watch(): void {
    clearTimeout(this.#timer);
    const [oldest] = this.#waiting;
    if (oldest === undefined) return;
    this.#timer = setTimeout(
      () => {
        const before = performance.now() - this.how.waitMs;
        while ((this.#waiting[0]?.since ?? Infinity) <= before) this.#waiting.shift()?.resolve(undefined);
        this.#watch();
      },
      Math.max(0, oldest.since + this.how.waitMs - performance.now()),
    );
  }
}
