import type { Logger } from '@chat-app/platform';
import type { Clock } from '../clock';
import type { PersistenceClient } from '../peers/persistence-client';
import { BoundedCache } from './bounded-cache';

const KNOWN_GROUPS = 100_000;
/** How long a size is taken to be so, milliseconds: of members who join on other pods nothing is heard here. */
const KNOWN_MS = 15_000;
/** Time until a size is asked for again that could not be, milliseconds. */
const RETRY_MS = 1_000;

/** Told how many members more than was said a group has. */
export type OnMissing = (members: number) => void;

/** How many members a group has, as far as is known. */
export interface GroupSize {
  readonly members: number;
  /** Whoever acts on it is told once it is known to be larger. */
  onMissing(tell: OnMissing): void;
}

/** Knows how many members a group has, about: what a send to it costs. */
export class GroupSizes {
  readonly #sizes = new BoundedCache<AskedSize>({ entries: KNOWN_GROUPS });

  constructor(
    private readonly persistence: PersistenceClient,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /** Never asks in the sender's way: while the size is looked up it is the one before, at first one member. */
  sizeOf(conversationId: string, memberId: string): GroupSize {
    const known = this.#sizes.get(conversationId);
    if (known !== undefined && this.clock.monotonic() < known.until) return known;
    const size = new AskedSize(known?.members ?? 1);
    this.#sizes.set(conversationId, size);
    void this.#ask(size, conversationId, memberId);
    return size;
  }

  /** Somebody joined or left: an answer that is on its way may be of before. */
  forget(conversationId: string): void {
    this.#sizes.delete(conversationId);
  }

  /** Never rejects. */
  async #ask(size: AskedSize, conversationId: string, memberId: string): Promise<void> {
    let members: number | undefined;
    let knownMs = KNOWN_MS;
    try {
      const membership = await this.persistence.findMembership(conversationId, memberId);
      // Whoever asks was removed and knows nothing for the others.
      if (membership === undefined) knownMs = 0;
      else members = membership.members;
    } catch (error) {
      knownMs = RETRY_MS;
      this.logger.debug('group size lookup failed', { error });
    }
    size.answer(members ?? size.members, this.clock.monotonic() + knownMs);
  }
}

/** A size that is asked for, then known until a time of the monotonic clock. */
class AskedSize implements GroupSize {
  #members: number;
  #until = Infinity;
  #waiting: OnMissing[] | undefined = [];

  constructor(members: number) {
    this.#members = members;
  }

  get members(): number {
    return this.#members;
  }

  get until(): number {
    return this.#until;
  }

  onMissing(tell: OnMissing): void {
    this.#waiting?.push(tell);
  }

  answer(members: number, until: number): void {
    const missing = members - this.#members;
    const waiting = this.#waiting ?? [];
    this.#members = Math.max(1, members);
    this.#until = until;
    this.#waiting = undefined;
    if (missing > 0) for (const tell of waiting) tell(missing);
  }
}
