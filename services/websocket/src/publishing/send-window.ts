/** An answer to a send that waits until the answers before it are known. */
interface PendingAnswer {
  /** Gives the answer; undefined while the outcome is open. */
  give: (() => void) | undefined;
}

/** The sends of one connection that have no answer yet. */
export class SendWindow {
  #unanswered = 0;
  readonly #answers: PendingAnswer[] = [];
  /** The last send whose checks need others; later ones wait for it. */
  #checking: Promise<void> | undefined;

  get unanswered(): number {
    return this.#unanswered;
  }

  /** A send before this one is still being checked. */
  get checking(): boolean {
    return this.#checking !== undefined;
  }

  /** Counts one more; false where there are `max` already. */
  add(max: number): boolean {
    if (this.#unanswered >= max) return false;
    this.#unanswered += 1;
    return true;
  }

  /** One was answered. */
  settle(): void {
    this.#unanswered -= 1;
  }

  /**
   * Reserves the place of an answer: answers leave in the order in which the sends came, whatever order their outcomes
   * become known in. The function returned gives the answer, or lets it wait for those before it.
   */
  reserveAnswer(): (give: () => void) => void {
    const place: PendingAnswer = { give: undefined };
    this.#answers.push(place);
    return (give) => {
      place.give = give;
      while (this.#answers[0]?.give !== undefined) this.#answers.shift()?.give?.();
    };
  }

  /** Runs the work after that of the sends before. It must not reject. */
  inTurn(work: () => Promise<void>): void {
    const before = this.#checking;
    const checking: Promise<void> = (async () => {
      await before;
      await work();
    })().finally(() => {
      if (this.#checking === checking) this.#checking = undefined;
    });
    this.#checking = checking;
  }
}
