import type { KeyObject } from 'node:crypto';
import { asError, PlatformError, type Logger } from '@chat-app/platform';

/** Keys are fetched again in the background after this time. */
const FRESH_MS = 5 * 60_000;
/** A set older than this is not used before a fetch was tried: a pod that had no token for days learns what was removed. */
const STALE_MS = 10 * 60_000;
/** A set older than this is not used at all. */
const HARD_AGE_MS = 60 * 60_000;
/** An unknown key id makes a fetch at most this often. */
const UNKNOWN_KEY_INTERVAL_MS = 30_000;
/** While no fetch has worked yet, tries are at least this far apart. */
const RETRY_INTERVAL_MS = 1_000;

export interface KeyCacheOptions {
  fetchKeys: () => Promise<ReadonlyMap<string, KeyObject>>;
  logger: Logger;
  /** Told of each fetch. */
  onFetch?: (outcome: 'ok' | 'failed') => void;
  /** Milliseconds of a clock that never jumps. */
  now?: () => number;
}

/**
 * The published keys as last fetched. One fetch is in flight at most; a key set that is old is used while a new one is
 * fetched, and stays in use for an hour when that fails, so that verification goes on while the issuer is unavailable, but
 * not with a key that was taken away long ago.
 *
 * States: empty (a lookup waits for the fetch) → fresh → old (a lookup starts a fetch and does not wait) → stale (it waits
 * for the fetch, at most every 30 s) → empty.
 */
export class KeyCache {
  readonly #options: KeyCacheOptions;
  readonly #now: () => number;
  #keys: ReadonlyMap<string, KeyObject> | undefined;
  #fetchedAt = Number.NEGATIVE_INFINITY;
  #triedAt = Number.NEGATIVE_INFINITY;
  #unknownKeyAt = Number.NEGATIVE_INFINITY;
  #fetching: Promise<void> | undefined;
  #lastError: Error | undefined;

  constructor(options: KeyCacheOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /** The key of this id, or undefined where the issuer has none. @throws PlatformError service_unavailable: none known, or none that is not too old */
  async find(kid: string): Promise<KeyObject | undefined> {
    const age = this.#now() - this.#fetchedAt;
    if (age >= HARD_AGE_MS) this.#keys = undefined;
    if (this.#keys === undefined) {
      await this.#firstFetch();
    } else if (age >= FRESH_MS) {
      const due = this.#now() - this.#triedAt >= UNKNOWN_KEY_INTERVAL_MS;
      const fetching = due ? this.#fetch() : this.#fetching;
      if (age >= STALE_MS) await fetching;
    }
    const known = this.#keys?.get(kid);
    if (known !== undefined) return known;
    // Perhaps a key newer than the set: look once, but not for every token that somebody made up.
    if (this.#now() - this.#unknownKeyAt >= UNKNOWN_KEY_INTERVAL_MS) {
      this.#unknownKeyAt = this.#now();
      await this.#fetch();
    } else {
      await this.#fetching;
    }
    return this.#keys?.get(kid);
  }

  async #firstFetch(): Promise<void> {
    if (this.#fetching !== undefined || this.#now() - this.#triedAt >= RETRY_INTERVAL_MS) await this.#fetch();
    if (this.#keys !== undefined) return;
    throw new PlatformError(
      'service_unavailable',
      'no key to verify tokens with could be fetched',
      {},
      { cause: this.#lastError },
    );
  }

  /** Never rejects. */
  #fetch(): Promise<void> {
    this.#fetching ??= this.#run().finally(() => (this.#fetching = undefined));
    return this.#fetching;
  }

  async #run(): Promise<void> {
    this.#triedAt = this.#now();
    try {
      this.#keys = await this.#options.fetchKeys();
      this.#fetchedAt = this.#now();
      this.#options.onFetch?.('ok');
    } catch (thrown) {
      this.#lastError = asError(thrown);
      this.#options.onFetch?.('failed');
      const keys = this.#keys?.size ?? 0;
      this.#options.logger.warn('fetching the keys of access tokens failed', {
        error: this.#lastError,
        keys_in_use: keys,
      });
    }
  }
}
