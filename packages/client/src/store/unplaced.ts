interface Placed {
  readonly message_id: string;
}

/**
 * Messages that came live and are not known to be stored. `live` follow everything that is. Those after which entries were left out
 * are adrift: stored among what was left out, or later. Runs of them stand among the pieces of the history, where the gap
 * begins, until that is known.
 */
export class Unplaced<M extends Placed> {
  live: M[] = [];
  private readonly adrift = new Set<M[]>();

  /** @param isOlder whether one was accepted before the other */
  constructor(private readonly isOlder: (one: M, other: M) => boolean) {}

  isAdrift(piece: M[]): boolean {
    return this.adrift.has(piece);
  }

  /** @returns a live message, that is none any more; undefined where it is none */
  takeLive(messageId: string): M | undefined {
    return takeOut(this.live, messageId);
  }

  /** The same of what is adrift. */
  takeAdrift(messageId: string): M | undefined {
    for (const run of this.adrift) {
      const message = takeOut(run, messageId);
      if (message !== undefined) return message;
    }
    return undefined;
  }

  /** These have a place now. */
  drop(ids: ReadonlySet<string>): void {
    this.keep((one) => !ids.has(one.message_id));
  }

  /** Sets live messages adrift: all, or those older than one. @returns their run, which is to stand among the pieces */
  setAdrift(olderThan?: M): M[] {
    const isAdrift = (one: M): boolean => olderThan === undefined || this.isOlder(one, olderThan);
    const run = this.live.filter(isAdrift);
    this.live = this.live.filter((one) => !isAdrift(one));
    if (run.length > 0) this.adrift.add(run);
    return run;
  }

  /** What is adrift and newer than what came was not left out: it is not stored yet. */
  floatNewer(than: M): void {
    const newer = [...this.adrift].flat().filter((one) => this.isOlder(than, one));
    if (newer.length === 0) return;
    this.drop(new Set(newer.map((one) => one.message_id)));
    this.live.unshift(...newer);
  }

  /** What is adrift in these pieces was not left out: it is not stored yet. */
  float(pieces: readonly M[][]): void {
    const runs = pieces.filter((piece) => this.adrift.delete(piece));
    this.live.unshift(...runs.flat());
  }

  clear(): void {
    this.live = [];
    this.adrift.clear();
  }

  private keep(fits: (one: M) => boolean): void {
    this.live = this.live.filter(fits);
    for (const run of this.adrift) run.splice(0, run.length, ...run.filter(fits));
  }
}

function takeOut<M extends Placed>(run: M[], messageId: string): M | undefined {
  const at = run.findIndex((one) => one.message_id === messageId);
  return at === -1 ? undefined : run.splice(at, 1)[0];
}
