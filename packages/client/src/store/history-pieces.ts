import { union } from './union';
import { Unplaced } from './unplaced';

/**
 * What is known of one conversation's history: pieces, each a run of messages without holes in stored order, oldest
 * first. Between two pieces there is a gap. Pure state: it loads nothing and knows no clock.
 *
 * The stream is the piece that entries of the inbox join, in the order of the inbox; `missed` begins another one. Pages of
 * history are joined with every piece that they share a message with. Live messages that are not stored yet follow
 * everything else, in the order in which they came, until they are.
 */
export interface Placed {
  readonly message_id: string;
}

export class HistoryPieces<M extends Placed> {
  private stream: M[] = [];
  private pieces: M[][] = [this.stream];
  private readonly unplaced: Unplaced<M>;
  private readonly known = new Set<string>();
  private begun = false;
  /** From the middle of the page that the stream is, until an entry tells whether the page is ahead of the inbox. */
  private ahead: M | undefined;

  /** @param isOlder whether one was accepted before the other, as the server says: asked where nothing else tells, of messages far apart */
  constructor(private readonly isOlder: (one: M, other: M) => boolean = () => false) {
    this.unplaced = new Unplaced(isOlder);
  }

  /** Whether nothing is before the first piece. */
  get atBeginning(): boolean {
    return this.begun;
  }

  /** Whether what is newest in the store is not known: read the newest page. */
  get atEnd(): boolean {
    return this.stream.length > 0 || this.pieces.at(-1) !== this.stream || (this.begun && this.pieces.length === 1);
  }

  /** The runs that hold messages, oldest first. */
  get runs(): readonly (readonly M[])[] {
    const runs: (readonly M[])[] = [];
    for (const piece of this.pieces) {
      const before = runs.at(-1);
      if (!this.unplaced.isAdrift(piece)) {
        if (piece.length > 0) runs.push(piece);
      } else if (before !== undefined) runs[runs.length - 1] = [...before, ...piece];
    }
    return runs;
  }

  /** Messages that are not stored yet. */
  get unstored(): readonly M[] {
    return this.unplaced.live;
  }

  /** Whether entries of the inbox came since the stream began. */
  get streaming(): boolean {
    return this.stream.length > 0;
  }

  get newest(): M | undefined {
    return this.unstored.at(-1) ?? this.runs.at(-1)?.at(-1);
  }

  has(messageId: string): boolean {
    return this.known.has(messageId);
  }

  /** Replaces a message by a newer version of itself. @returns whether it is known */
  update(messageId: string, change: (message: M) => M): boolean {
    if (!this.known.has(messageId)) return false;
    for (const run of [this.unplaced.live, ...[...this.pieces].reverse()]) {
      const at = run.findLastIndex((one) => one.message_id === messageId);
      if (at === -1) continue;
      run[at] = change(run[at]!);
      return true;
    }
    return false;
  }

  /** A message came that is not stored yet. */
  arrived(message: M): void {
    if (this.known.has(message.message_id)) return;
    this.known.add(message.message_id);
    this.unplaced.live.push(message);
  }

  /** The next entry of the inbox: a message that is new here, came before as a live one, or was read in a page. */
  entry(message: M): void {
    if (this.known.has(message.message_id)) return this.stored(message.message_id);
    this.place(message);
    this.follow(message);
  }

  /** A message that came before is the next entry of the inbox. */
  stored(messageId: string): void {
    if (!this.known.has(messageId)) return;
    const live = this.unplaced.takeLive(messageId);
    // It came after whatever was read.
    if (live !== undefined) return this.follow(live);
    const adrift = this.unplaced.takeAdrift(messageId);
    if (adrift === undefined) return this.joinStreamWith(messageId);
    this.place(adrift);
    this.follow(adrift);
  }

  private follow(message: M): void {
    this.stream.push(message);
    this.known.add(message.message_id);
    this.ahead = undefined;
    this.unplaced.floatNewer(message);
  }

  /** Puts the stream, where it only begins with this entry, before what was read ahead of the inbox. */
  private place(entry: M): void {
    if (this.ahead !== undefined && this.isOlder(entry, this.ahead)) this.pieces.push((this.stream = []));
    if (this.stream.length > 0) return;
    const isAhead = (piece: M[]): boolean => {
      const middle = this.unplaced.isAdrift(piece) ? undefined : middleOf(piece);
      return middle !== undefined && this.isOlder(entry, middle);
    };
    const at = this.pieces.findIndex(isAhead);
    this.pieces = this.pieces.filter((piece) => piece !== this.stream);
    this.pieces.splice(at === -1 ? this.pieces.length : at, 0, this.stream);
  }

  /** Entries were left out: what comes from now on does not touch what is known. */
  missed(): void {
    this.ahead = undefined;
    if (this.stream.length > 0) this.pieces.push((this.stream = []));
    // Of a history that was empty: what was left out may be before all that comes.
    if (this.runs.length === 0) this.begun = false;
    this.insert(this.unplaced.setAdrift(), this.stream);
  }

  private insert(run: M[], before: M[]): void {
    if (run.length > 0) this.pieces.splice(this.pieces.indexOf(before), 0, run);
  }

  /** Forgets everything, for instance where the server's history is another one. */
  reset(): void {
    this.stream = [];
    this.pieces = [this.stream];
    this.ahead = undefined;
    this.unplaced.clear();
    this.known.clear();
    this.begun = false;
  }

  /** The page of history before the message `before` was read. @param more whether there is more before it. */
  readBefore(before: string, page: readonly M[], more: boolean): void {
    const neighbour = this.pieces.flat().find((one) => one.message_id === before);
    if (neighbour === undefined) return;
    this.join([...page, neighbour]);
    if (!more) this.beginsWith(page[0] ?? neighbour);
  }

  /**
   * The newest page of history was read. @param streaming as it was when the page was asked for
   * @returns false where its place is uncertain: read it again.
   */
  readNewest(page: readonly M[], more: boolean, streaming: boolean): boolean {
    const touching = this.join(page);
    if (touching) this.streamFollows(page);
    else if (this.stream.length === 0) this.beginStream(page, more);
    else if (streaming) this.putLast([...page], more);
    // Entries came while the page was read: whether they are older or newer than it shows another reading.
    else return page.length === 0;
    this.take(page);
    const [first] = page;
    if (!more && first !== undefined) this.beginsWith(first);
    if (!more && first === undefined) this.isEmpty();
    return true;
  }

  /** Whether the inbox will go on before this page, in it or after it is not known yet. */
  private beginStream(page: readonly M[], more: boolean): void {
    if (more && this.runs.length === 0) this.begun = false;
    this.pieces = this.pieces.filter((piece) => piece !== this.stream);
    this.putLast((this.stream = [...page]), more);
    this.ahead = more ? middleOf(page) : undefined;
  }

  /** The newest page does not touch what is known; what came live before it does not follow it. */
  private putLast(page: M[], more: boolean): void {
    this.pieces.push(page);
    this.take(page);
    const newest = page.at(-1);
    if (newest !== undefined) this.unplaced.floatNewer(newest);
    if (more && newest !== undefined) this.insert(this.unplaced.setAdrift(middleOf(page)), page);
  }

  /** Joins a run with the pieces that it shares a message with. @returns whether there are any. */
  private join(run: readonly M[]): boolean {
    const ids = new Set(run.map((one) => one.message_id));
    this.unplaced.drop(ids);
    const touches = (piece: readonly M[]): boolean => piece.some((one) => ids.has(one.message_id));
    const first = this.pieces.findIndex(touches);
    if (first === -1) return false;
    const last = this.pieces.findLastIndex(touches);
    const covered = this.pieces.slice(first, last + 1);
    this.replace(first, covered, (pieces) => pieces.reduce((joined, piece) => union(piece, joined), [...run]));
    this.take(run);
    return true;
  }

  /** These messages are in a piece now. */
  private take(run: readonly M[]): void {
    for (const { message_id } of run) this.known.add(message_id);
    this.unplaced.drop(new Set(run.map((one) => one.message_id)));
  }

  /** The newest page is in a piece: what the stream has beyond it follows it directly. */
  private streamFollows(page: readonly M[]): void {
    const newest = page.at(-1)?.message_id;
    const at = this.pieces.findIndex((piece) => piece.some((one) => one.message_id === newest));
    if (at === -1 || this.pieces.indexOf(this.stream) <= at) return;
    this.replace(at, this.pieces.slice(at), (pieces) => pieces.flat());
  }

  /** The next entry of the inbox is in a piece after the stream: nothing is between the two. */
  private joinStreamWith(messageId: string): void {
    this.ahead = undefined;
    const from = this.pieces.indexOf(this.stream);
    const to = this.pieces.findIndex((piece) => piece.some((one) => one.message_id === messageId));
    if (to <= from) return;
    this.replace(from, this.pieces.slice(from, to + 1), (pieces) => pieces.flat());
  }

  /** Makes one piece of those in a row. */
  private replace(at: number, covered: readonly M[][], join: (pieces: readonly M[][]) => M[]): void {
    const by = join(covered.filter((piece) => !this.unplaced.isAdrift(piece)));
    this.pieces.splice(at, covered.length, by);
    if (covered.includes(this.stream)) this.stream = by;
    this.unplaced.float(covered);
  }

  /** Nothing is stored. */
  private isEmpty(): void {
    this.begun = true;
    if (this.stream.length > 0) return;
    this.replace(0, [...this.pieces], (pieces) => pieces.flat());
  }

  private beginsWith({ message_id }: M): void {
    this.begun = true;
    const at = this.pieces.findIndex((piece) => piece.some((one) => one.message_id === message_id));
    const before = this.pieces.slice(0, Math.max(0, at));
    // Nothing is before it: what stands there is in the history no more.
    if (before.length === 0 || before.includes(this.stream)) return;
    this.pieces.splice(0, before.length);
    this.unplaced.float(before);
  }
}

/** A message that is far from both ends, so that clocks that differ a little do not matter. */
function middleOf<M>(run: readonly M[]): M | undefined {
  return run[run.length >> 1];
}
