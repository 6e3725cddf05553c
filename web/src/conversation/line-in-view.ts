/** A message in view, and where its end is to be: what is read below that stays in its place, whatever happens above. */
interface Line {
  readonly messageId: string;
  /** From the top of the view, pixels. */
  readonly end: number;
}

/**
 * The line that one reads. Only what a person scrolls moves it: what the list moves when it puts rows in their places goes
 * back, as near as the screen's pixels let it, and what is left of one is remembered, so that it never adds up.
 */
export class LineInView {
  #line: Line | undefined;
  /** Where the view was left: to a place other than this one a person has scrolled. */
  #scrollTop = 0;

  constructor(private readonly frame: HTMLElement) {}

  /** To be called when the view has scrolled, by whatever. */
  scrolled(): void {
    const by = this.frame.scrollTop - this.#scrollTop;
    if (by !== 0) this.#take(this.#moved(by));
  }

  /** Scrolls so that the line is where it was. To be called when rows have come, or have got their heights. */
  keep(): void {
    if (this.#line === undefined) return this.#take();
    // The list may draw the line only in the next frame: until then nothing can be said.
    const moved = this.#moved() ?? 0;
    if (Math.abs(moved) >= 1) this.frame.scrollBy({ top: moved, behavior: 'instant' });
    this.#scrollTop = this.frame.scrollTop;
  }

  /** To be called when something else decides what is in view. */
  forget(): void {
    this.#line = undefined;
  }

  /** @param owed how far from its place all is that is in view, pixels */
  #take(owed = 0): void {
    this.#scrollTop = this.frame.scrollTop;
    const message = this.#messages().find((one) => this.#endOf(one) > 0 && isSeen(one));
    this.#line = message && { messageId: message.dataset['messageId'] ?? '', end: this.#endOf(message) - owed };
  }

  /** How far the line is from where it is to be, after a person scrolled by that much. Undefined where it is not drawn. */
  #moved(by = 0): number | undefined {
    const line = this.#line;
    const message = line && this.#messages().find(({ dataset }) => dataset['messageId'] === line.messageId);
    return message && this.#endOf(message) - (line.end - by);
  }

  #messages(): HTMLElement[] {
    return [...this.frame.querySelectorAll<HTMLElement>('article')];
  }

  #endOf(message: HTMLElement): number {
    return message.getBoundingClientRect().bottom - this.frame.getBoundingClientRect().top;
  }
}

/** The list hides what has no height yet. */
function isSeen(message: HTMLElement): boolean {
  return getComputedStyle(message).visibility === 'visible';
}
