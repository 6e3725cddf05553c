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
  private live: M[] = [];
  private readonly known = new Set<string>();
  private begun = false;

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
    return this.pieces.filter((piece) => piece.length > 0);
  }

  /** Messages that are not stored yet. */
  get unstored(): readonly M[] {
    return this.live;
  }

  /** Whether entries of the inbox came since the stream began. */
  get streaming(): boolean {
    return this.stream.length > 0;
  }

  get newest(): M | undefined {
    return this.live.at(-1) ?? this.runs.at(-1)?.at(-1);
  }

  has(messageId: string): boolean {
    return this.known.has(messageId);
  }

  /** Replaces a message by a newer version of itself. @returns whether it is known */
  update(messageId: string, change: (message: M) => M): boolean {
    if (!this.known.has(messageId)) return false;
    for (const run of [this.live, ...[...this.pieces].reverse()]) {
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
    this.live.push(message);
  }

  /** The next entry of the inbox: a message that is new here, came before as a live one, or was read in a page. */
  entry(message: M): void {
    const id = message.message_id;
    const at = this.live.findIndex((one) => one.message_id === id);
    if (at !== -1) this.stream.push(...this.live.splice(at, 1));
    else if (!this.known.has(id)) this.stream.push(message);
    else this.joinStreamWith(id);
    this.known.add(id);
  }

  /** A live message was stored. @returns whether it was one. */
  stored(messageId: string): boolean {
    const message = this.live.find((one) => one.message_id === messageId);
    if (message !== undefined) this.entry(message);
    return message !== undefined;
  }

  /** Entries were left out: what comes from now on does not touch what is known. */
  missed(): void {
    if (this.stream.length === 0) return;
    this.stream = [];
    this.pieces.push(this.stream);
  }

  /** Forgets everything, for instance where the server's history is another one. */
  reset(): void {
    this.stream = [];
    this.pieces = [this.stream];
    this.live = [];
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
    else if (this.stream.length === 0) this.stream.push(...page);
    else if (streaming) this.pieces.push([...page]);
    // Entries came while the page was read: whether they are older or newer than it shows another reading.
    else return page.length === 0;
    this.take(page);
    const [first] = page;
    if (!more && first !== undefined) this.beginsWith(first);
    if (!more && first === undefined) this.begun = true;
    return true;
  }

  /** Joins a run with the pieces that it shares a message with. @returns whether there are any. */
  private join(run: readonly M[]): boolean {
    const ids = new Set(run.map((one) => one.message_id));
    const touches = (piece: readonly M[]): boolean => piece.some((one) => ids.has(one.message_id));
    const first = this.pieces.findIndex(touches);
    if (first === -1) return false;
    const last = this.pieces.findLastIndex(touches);
    const covered = this.pieces.slice(first, last + 1);
    this.replace(
      first,
      covered,
      covered.reduce((joined, piece) => union(piece, joined), [...run]),
    );
    this.take(run);
    return true;
  }

  /** These messages are in a piece now. */
  private take(run: readonly M[]): void {
    for (const { message_id } of run) this.known.add(message_id);
    const ids = new Set(run.map((one) => one.message_id));
    this.live = this.live.filter((one) => !ids.has(one.message_id));
  }

  /** The newest page is in a piece: what the stream has beyond it follows it directly. */
  private streamFollows(page: readonly M[]): void {
    const newest = page.at(-1)?.message_id;
    const at = this.pieces.findIndex((piece) => piece.some((one) => one.message_id === newest));
    if (at === -1 || this.pieces.indexOf(this.stream) <= at) return;
    const covered = this.pieces.slice(at);
    this.replace(at, covered, covered.flat());
  }

  /** The next entry of the inbox is in a piece after the stream: nothing is between the two. */
  private joinStreamWith(messageId: string): void {
    const from = this.pieces.indexOf(this.stream);
    const to = this.pieces.findIndex((piece) => piece.some((one) => one.message_id === messageId));
    if (to <= from) return;
    const covered = this.pieces.slice(from, to + 1);
    this.replace(from, covered, covered.flat());
  }

  private replace(at: number, covered: readonly M[][], by: M[]): void {
    this.pieces.splice(at, covered.length, by);
    if (covered.includes(this.stream)) this.stream = by;
  }

  private beginsWith({ message_id }: M): void {
    this.begun = true;
    const at = this.pieces.findIndex((piece) => piece.some((one) => one.message_id === message_id));
    const before = this.pieces.slice(0, Math.max(0, at));
    // Nothing is before it: what stands there is in the history no more.
    if (before.length > 0 && !before.includes(this.stream)) this.pieces.splice(0, before.length);
  }
}

/** Joins a piece with a run that shares a message with it: the run's order counts, the piece's versions do. */
function union<M extends Placed>(piece: readonly M[], run: readonly M[]): M[] {
  const known = new Map(piece.map((one) => [one.message_id, one]));
  const inRun = new Set(run.map((one) => one.message_id));
  const begin = piece.findIndex((one) => inRun.has(one.message_id));
  if (begin === -1) return [...run];
  return [
    ...piece.slice(0, begin),
    ...run.map((one) => known.get(one.message_id) ?? one),
    ...piece.slice(begin).filter((one) => !inRun.has(one.message_id)),
  ];
}
