/**
 * The newest ids that were seen, at most `capacity` of them: the memory that shows every message once. Seeing an id again
 * makes it the newest.
 */
export class RecentIds {
  /** How many ids were forgotten so far because newer ones came. */
  forgotten = 0;
  private readonly ids = new Set<string>();

  constructor(
    private readonly capacity: number,
    ids: readonly string[] = [],
  ) {
    for (const id of ids) this.add(id);
  }

  /** Remembers an id. @returns whether it was not remembered before. */
  add(id: string): boolean {
    const fresh = !this.ids.delete(id);
    this.ids.add(id);
    if (this.ids.size > this.capacity) this.forgetOldest();
    return fresh;
  }

  has(id: string): boolean {
    return this.ids.has(id);
  }

  /** The newest `count` ids, oldest first. */
  newest(count: number): string[] {
    return [...this.ids].slice(-count);
  }

  private forgetOldest(): void {
    for (const oldest of this.ids) {
      this.ids.delete(oldest);
      this.forgotten += 1;
      return;
    }
  }
}
