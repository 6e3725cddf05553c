import { LIMITS, type OpenConnectionResponse } from '@chat-app/protocol';
import { isPlatformError, type Logger } from '@chat-app/platform';
import type { Connection } from '../connections/connection';
import type { PersistenceClient } from '../peers/persistence-client';
import type { Announcements } from './announcements';
import type { BlockFollower } from './follow-blocks';
import { Semaphore } from './semaphore';
import { TurnsOfUsers } from './turns-of-users';

/** Questions in flight per pod. */
const MAX_OPENS = 16;
/** Of them for one user: a client that reconnects in a storm waits for itself, and what others do comes between. */
const MAX_OPENS_OF_USER = 2;
/** Whose turn to ask does not come in that time is welcomed without: a persistence that hangs must not keep users out. */
const TURN_TIMEOUT_MS = 5_000;
/**
 * A connection that was welcomed during an outage of persistence is not far behind as a device is that was gone itself:
 * what it lacks came during the outage. So many times further back it is sent everything.
 */
const REOPEN_FACTOR = 20;

/** Asks persistence where a device resumes and what groups its user is in. */
export class InboxOpener {
  readonly #opens = new Semaphore(MAX_OPENS);
  readonly #ofUsers = new TurnsOfUsers(MAX_OPENS_OF_USER);

  constructor(
    private readonly persistence: PersistenceClient,
    private readonly announcements: Announcements,
    private readonly blocks: BlockFollower,
    private readonly catchUpEntries: number,
    private readonly logger: Logger,
  ) {}

  /** Undefined where persistence is unavailable. Never rejects. */
  open(connection: Connection): Promise<OpenConnectionResponse | undefined> {
    return this.#open(connection, this.catchUpEntries);
  }

  /** After it could not be asked at the connect. Undefined where persistence is still unavailable. Never rejects. */
  reopen(connection: Connection): Promise<OpenConnectionResponse | undefined> {
    return this.#open(connection, Math.min(LIMITS.mostCatchUpEntries, this.catchUpEntries * REOPEN_FACTOR));
  }

  async #open(connection: Connection, catchUpEntries: number): Promise<OpenConnectionResponse | undefined> {
    try {
      let asked = 0;
      const ask = async (): Promise<OpenConnectionResponse | undefined> => {
        asked = this.blocks.ask();
        return connection.alive ? this.persistence.openConnection(connection, catchUpEntries) : undefined;
      };
      const answer = await this.#ofUsers.runWithin(connection.userId, TURN_TIMEOUT_MS, () =>
        this.#opens.runWithin(TURN_TIMEOUT_MS, ask),
      );
      if (answer === undefined) return undefined;
      const { userId } = connection;
      this.blocks.take([userId], answer.blocks && { [userId]: answer.blocks }, asked);
      this.announcements.takeFeatures(answer.features);
      this.announcements.takeEpoch(answer.epoch);
      return answer;
    } catch (error) {
      const level = isPlatformError(error, 'service_unavailable') ? 'debug' : 'error';
      this.logger[level]('an inbox could not be opened', { user_id: connection.userId, error });
      return undefined;
    }
  }
}
