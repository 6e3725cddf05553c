import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { siteOf } from '@chat-app/platform';
import type { AuthenticationMetrics } from '../metrics';
import { hashPassword, isOutdatedHash, verifyPassword } from './hash-password';
import { BoundedQueue } from './bounded-queue';

/** Hashing runs on libuv's pool, which has four threads unless told otherwise: more at once would only wait there. */
const POOL_THREADS = 4;

/** One core stays for all else: whoever makes passwords be hashed without end must not hold up what others do. */
const HASHES_AT_ONCE = Math.max(1, Math.min(availableParallelism() - 1, POOL_THREADS));

/** A turn: within it passwords may be hashed and verified. */
export interface Turn {
  /** @param password prepared */
  hash(password: string): Promise<string>;
  /**
   * Whether the password is the one that was hashed. Without a hash (no such user) it verifies against a dummy, so that
   * the answer takes as long, and is false.
   * @param password prepared
   */
  verify(stored: string | undefined, password: string): Promise<boolean>;
}

/** Hashes passwords a few at a time and measures it. */
export class Passwords {
  readonly #queue: BoundedQueue;
  readonly #turn: Turn;
  #dummy: Promise<string> | undefined;

  constructor(
    private readonly metrics: AuthenticationMetrics,
    mayWait: number,
    atOnce: number = HASHES_AT_ONCE,
  ) {
    this.#queue = new BoundedQueue(atOnce, mayWait, (length) => metrics.passwordQueue.set(length));
    this.#turn = {
      hash: (password) => this.#measure('hash', () => hashPassword(password)),
      verify: (stored, password) => this.#verify(stored, password),
    };
  }

  /** Makes the dummy hash, so that the first unknown user takes no longer than the next. */
  async prepare(): Promise<void> {
    await this.#dummyHash();
  }

  /**
   * Runs work that hashes when its turn has come. Networks take turns: a flood from one keeps none of the others out.
   * @param address of the client; empty for work of the service's own
   * @throws HttpError overloaded, where too many wait
   */
  async inTurn<Result>(address: string, work: (turn: Turn) => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    const queuedAt = performance.now();
    const run = () => {
      this.metrics.passwordWait.observe((performance.now() - queuedAt) / 1_000);
      return work(this.#turn);
    };
    return this.#queue.run(siteOf(address), run, signal);
  }

  /** Whether a hash should be made anew at the next chance. */
  isOutdated(stored: string): boolean {
    return isOutdatedHash(stored);
  }

  async #verify(stored: string | undefined, password: string): Promise<boolean> {
    const hash = stored ?? (await this.#dummyHash());
    const verified = await this.#measure('verify', () => verifyPassword(hash, password));
    return verified && stored !== undefined;
  }

  #dummyHash(): Promise<string> {
    this.#dummy ??= hashPassword(randomBytes(24).toString('base64url'));
    return this.#dummy;
  }

  async #measure<Result>(operation: 'hash' | 'verify', work: () => Promise<Result>): Promise<Result> {
    const startedAt = performance.now();
    try {
      return await work();
    } finally {
      this.metrics.passwordHash.observe((performance.now() - startedAt) / 1_000, { operation });
    }
  }
}
