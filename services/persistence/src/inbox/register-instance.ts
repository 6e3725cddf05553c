import { ANNOUNCED_FEATURES, newId } from '@chat-app/protocol';
import type { Database } from '@chat-app/database';
import { BackgroundLoop, type Logger } from '@chat-app/platform';
import { KNOWS_EXPIRED_ENTRIES, KNOWS_EXPIRED_MESSAGES } from '../retention/sql/claim-cleanup';
import { deregisterInstance, registerInstance } from './sql/register-instance';

/** How often a pod says that it runs; others count it for six times as long. */
const INTERVAL_MS = 10_000;

/**
 * Says that this pod runs and what it knows. What is announced to websocket pods is what every running pod knows: so
 * nothing of a new kind reaches a pod of the version before during a rolling upgrade, in whatever order pods come.
 *
 * States: made → registered → gone. Its owner calls `register` before anything is consumed and `close` after the last.
 */
export class Instance {
  readonly #id = newId();
  readonly #repeating: BackgroundLoop;
  #registered = false;

  constructor(
    private readonly database: Database,
    logger: Logger,
    private readonly features: readonly string[] = [
      ...ANNOUNCED_FEATURES,
      KNOWS_EXPIRED_ENTRIES,
      KNOWS_EXPIRED_MESSAGES,
    ],
  ) {
    this.#repeating = new BackgroundLoop({
      intervalMs: INTERVAL_MS,
      run: () => this.#register(),
      onFailure: (error) => logger.debug('instance registration failed', { error }),
    });
  }

  /** Registers, and goes on saying so. @throws PlatformError database_unavailable, database_refused */
  async register(): Promise<void> {
    await this.#register();
    this.#registered = true;
    this.#repeating.start();
  }

  /** Nothing is consumed any more. Never rejects: a pod that is silent is forgotten anyway. */
  async close(): Promise<void> {
    // What is said after it would bring the pod back.
    await this.#repeating.close();
    if (this.#registered) await deregisterInstance(this.database, this.#id).catch(() => undefined);
  }

  #register(): Promise<void> {
    return registerInstance(this.database, this.#id, this.features);
  }
}
