import type { Logger } from '@chat-app/platform';
import type { AuthenticationClient } from '../peers/authentication-client';
import { BoundedCache } from './bounded-cache';

const KNOWN_USERS = 100_000;
/** How long a user who existed is taken to exist. */
const KNOWN_USER_MS = 3_600_000;

/**
 * Knows whether users exist: from memory where they existed before, else from authentication, one call for all who are
 * asked for in the same tick. During an outage of authentication a user is taken to exist: a message to nobody is worth less
 * than a refused one to somebody.
 */
export class Recipients {
  readonly #known = new BoundedCache<true>({ entries: KNOWN_USERS, ttlMs: KNOWN_USER_MS });
  readonly #asked = new Map<string, ((exists: boolean) => void)[]>();

  constructor(
    private readonly authentication: AuthenticationClient,
    private readonly logger: Logger,
  ) {}

  /** Whether it is known without asking that the user exists. */
  isKnown(userId: string): boolean {
    return this.#known.get(userId) === true;
  }

  /** Never rejects. */
  exists(userId: string): Promise<boolean> {
    return new Promise((resolve) => {
      const waiting = this.#asked.get(userId);
      if (waiting !== undefined) {
        waiting.push(resolve);
        return;
      }
      this.#asked.set(userId, [resolve]);
      if (this.#asked.size === 1) setImmediate(() => void this.#ask());
    });
  }

  async #ask(): Promise<void> {
    const asked = [...this.#asked];
    this.#asked.clear();
    let unknown: ReadonlySet<string> = new Set();
    try {
      unknown = new Set(await this.authentication.findUnknownUsers(asked.map(([userId]) => userId)));
      for (const [userId] of asked) if (!unknown.has(userId)) this.#known.set(userId, true);
    } catch (error) {
      this.logger.warn('user lookup failed, assumed to exist', { users: asked.length, error });
    }
    for (const [userId, waiting] of asked) for (const resolve of waiting) resolve(!unknown.has(userId));
  }
}
