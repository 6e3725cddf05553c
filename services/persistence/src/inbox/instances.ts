import { FEATURES, newId } from '@chat-app/protocol';
import type { Database } from '@chat-app/database';
import type { Logger } from '@chat-app/platform';
import { KNOWS_EXPIRED_ENTRIES } from '../retention/sql/claim-cleanup';
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
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly database: Database,
    private readonly logger: Logger,
    private readonly features: readonly string[] = [...FEATURES, KNOWS_EXPIRED_ENTRIES],
  ) {}

  /** Registers, and goes on saying so. @throws PlatformError database_unavailable, database_refused */
  async register(): Promise<void> {
    await registerInstance(this.database, this.#id, this.features);
    this.#timer = setInterval(() => void this.#repeat(), INTERVAL_MS);
    this.#timer.unref();
  }

  async #repeat(): Promise<void> {
    await registerInstance(this.database, this.#id, this.features).catch((error: unknown) => {
      this.logger.debug('the database did not take that this pod runs', { error });
    });
  }

  /** Nothing is consumed any more. Never rejects: a pod that is silent is forgotten anyway. */
  async close(): Promise<void> {
    if (this.#timer === undefined) return;
    clearInterval(this.#timer);
    await deregisterInstance(this.database, this.#id).catch(() => undefined);
  }
}
