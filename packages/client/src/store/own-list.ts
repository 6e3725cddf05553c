/** What the server lists of the user, and events change beside: the reading of it, so that no answer is older than an event. */
export class OwnList<Entry> {
  /** Counts what came beside the list: an answer that was asked for before is older. */
  private changes = 0;

  /** @param take the list, whole: it takes the place of what was known */
  constructor(
    private readonly read: () => Promise<readonly Entry[]>,
    private readonly take: (entries: readonly Entry[]) => void,
  ) {}

  /** Something of it changed, and is known. */
  changed(): void {
    this.changes += 1;
  }

  /** Reads all of it. Never rejects: what is known stays, and is asked for again with the next connection. */
  async load(): Promise<void> {
    const before = this.changes;
    const entries = await this.read().catch(() => undefined);
    if (entries === undefined) return;
    if (before === this.changes) this.take(entries);
    else await this.load();
  }
}
