import { isPlatformError, type Logger } from '@chat-app/platform';
import type { PersistenceClient } from '../peers/persistence-client';
import { BoundedCache } from './bounded-cache';

const KNOWN_CONVERSATIONS = 20_000;
/** How long an answer holds, milliseconds: a block shows after that. */
const KNOWN_MS = 60_000;
/** The same where it was that there is none, or there was no answer: somebody may be writing the first message. */
const RETRY_MS = 5_000;

/**
 * Knows the other user of a user's direct conversations, once something was written in them: from memory, else from
 * persistence, which is asked once a while for each.
 */
export class DirectPartners {
  readonly #known = new BoundedCache<{ partner: string | undefined }>({ entries: KNOWN_CONVERSATIONS });
  readonly #asked = new Map<string, Promise<string | undefined>>();

  constructor(
    private readonly persistence: PersistenceClient,
    private readonly logger: Logger,
  ) {}

  /** Undefined where it is none of the user's, or cannot be told for now. A value where it is known. Never rejects. */
  find(userId: string, conversationId: string): string | undefined | Promise<string | undefined> {
    const key = `${userId}|${conversationId}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known.partner;
    let asked = this.#asked.get(key);
    if (asked === undefined) {
      asked = this.#ask(key, userId, conversationId).finally(() => this.#asked.delete(key));
      this.#asked.set(key, asked);
    }
    return asked;
  }

  async #ask(key: string, userId: string, conversationId: string): Promise<string | undefined> {
    let partner: string | undefined;
    try {
      const membership = await this.persistence.findMembership(conversationId, userId);
      if (membership?.kind === 'direct') partner = membership.recipient_id ?? userId;
    } catch (error) {
      if (!isPlatformError(error, 'service_unavailable')) {
        this.logger.error('direct conversation lookup failed', { error });
      }
    }
    this.#known.set(key, { partner }, partner === undefined ? RETRY_MS : KNOWN_MS);
    return partner;
  }
}
