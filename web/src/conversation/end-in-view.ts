/** This near to the end, in pixels, one is at the end: what comes then is shown. */
const NEAR_PX = 60;

/**
 * The end of what is read. It is held from when the view comes to it until a person scrolls up; what rows need for their
 * heights meanwhile does not take it away. The list's own way to the end goes on for a while, and would take back what a
 * person scrolls in it.
 */
export class EndInView {
  #isHeld = true;
  #wasNear = true;
  /** Where the view was left: only a person scrolls up from there. */
  #scrollTop = 0;

  /**
   * @param emptyBelow how far the list has room below its last row, pixels. Where it must not scroll it leaves the rows above where
   * they are drawn, however high they turned out to be, until the scrolling ends: the room at its end stays empty meanwhile.
   */
  constructor(
    private readonly frame: HTMLElement,
    private readonly emptyBelow: () => number,
  ) {}

  /** Whether the end is to stay in view whatever gets another height. */
  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** Whether the end was in view, or nearly so, when it was scrolled last. */
  get wasNear(): boolean {
    return this.#wasNear;
  }

  /** Scrolls to the end, and holds it. */
  hold(): void {
    const { scrollHeight, clientHeight } = this.frame;
    const empty = this.emptyBelow();
    // Beyond the end the browser stops at it, to the part of a pixel.
    this.frame.scrollTo({ top: empty > 0 ? scrollHeight - empty - clientHeight : scrollHeight, behavior: 'instant' });
    this.#scrollTop = this.frame.scrollTop;
    this.#isHeld = this.#wasNear = true;
  }

  /** To be called when the view has scrolled, by whatever. */
  scrolled(): void {
    const { scrollTop, scrollHeight, clientHeight } = this.frame;
    const left = scrollHeight - Math.max(0, this.emptyBelow()) - clientHeight - scrollTop;
    if (left <= 1) this.#isHeld = true;
    else if (scrollTop < this.#scrollTop) this.#isHeld = false;
    else if (this.#isHeld) return this.hold();
    this.#scrollTop = scrollTop;
    this.#wasNear = left <= NEAR_PX;
  }
}
