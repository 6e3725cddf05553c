import type { Logger } from '@chat-app/platform';
import type { PersistenceClient } from '../peers/persistence-client';
import { BoundedCache } from './bounded-cache';

const KNOWN_GROUPS = 100_000;
/** How long a size is taken to be so, milliseconds: groups grow slowly, and a limit need not be exact. */
const KNOWN_MS = 600_000;

/** Knows how many members a group has, about: what a send to it costs. */
export class GroupSizes {
  readonly #sizes = new BoundedCache<number>({ entries: KNOWN_GROUPS, ttlMs: KNOWN_MS });

  constructor(
    private readonly persistence: PersistenceClient,
    private readonly logger: Logger,
  ) {}

  /** Never asks in the sender's way: the first send to a group counts as to one member, while its size is looked up. */
  sizeOf(conversationId: string, memberId: string): number {
    const known = this.#sizes.get(conversationId);
    if (known !== undefined) return known;
    this.#sizes.set(conversationId, 1);
    this.persistence
      .findMembership(conversationId, memberId)
      .then((membership) => this.#sizes.set(conversationId, Math.max(1, membership?.members ?? 1)))
      .catch((error: unknown) => {
        this.#sizes.delete(conversationId);
        this.logger.debug('the size of a group could not be asked for', { error });
      });
    return 1;
  }
}
