import { LIMITS, OPENS_TOGETHER, type OpenConnectionResponse } from '@chat-app/protocol';
import { isPlatformError, type Logger } from '@chat-app/platform';
import type { Connection } from '../connections/connection';
import { isOutage } from '../peers/is-outage';
import type { PersistenceClient } from '../peers/persistence-client';
import type { Announcements } from './announcements';
import type { BlockFollower } from './follow-blocks';
import { QuestionGatherer } from './gather-questions';
import { TurnsOfUsers } from './turns-of-users';

/** Calls in flight per pod, of several questions each; and of one each, where persistence takes no more. */
const MAX_CALLS = 4;
const MAX_SINGLE_CALLS = 16;
/** Questions in flight for one user: a client that reconnects in a storm waits for itself, and what others do comes between. */
const MAX_OPENS_OF_USER = 2;
/** Whose turn to ask does not come in that time is welcomed without: a persistence that hangs must not keep users out. */
const TURN_TIMEOUT_MS = 5_000;
/**
 * A connection that was welcomed during an outage of persistence is not far behind as a device is that was gone itself:
 * what it lacks came during the outage. So many times further back it is sent everything.
 */
const REOPEN_FACTOR = 20;

/** A connection whose device is asked about. */
interface Question {
  connection: Connection;
  catchUpEntries: number;
}

/** Asks persistence where devices resume and what groups their users are in: of all that connect at once in one call. */
export class InboxOpener {
  readonly #questions: QuestionGatherer<Question, OpenConnectionResponse>;
  readonly #ofUsers = new TurnsOfUsers(MAX_OPENS_OF_USER);

  constructor(
    private readonly persistence: PersistenceClient,
    private readonly announcements: Announcements,
    private readonly blocks: BlockFollower,
    private readonly catchUpEntries: number,
    private readonly logger: Logger,
  ) {
    // While a pod of the version before runs, which takes one connection a call, this is not announced.
    const together = (): boolean => announcements.has(OPENS_TOGETHER);
    this.#questions = new QuestionGatherer({
      ask: (questions) => this.#ask(questions),
      mostCalls: () => (together() ? MAX_CALLS : MAX_SINGLE_CALLS),
      mostTogether: () => (together() ? LIMITS.connectionsPerCall : 1),
      isOutage,
      isWanted: ({ connection }) => connection.alive,
      waitMs: TURN_TIMEOUT_MS,
    });
  }

  /** Undefined where persistence is unavailable. Never rejects. */
  open(connection: Connection): Promise<OpenConnectionResponse | undefined> {
    return this.#open({ connection, catchUpEntries: this.catchUpEntries });
  }

  /** After it could not be asked at the connect. Undefined where persistence is still unavailable. Never rejects. */
  reopen(connection: Connection): Promise<OpenConnectionResponse | undefined> {
    const catchUpEntries = Math.min(LIMITS.mostCatchUpEntries, this.catchUpEntries * REOPEN_FACTOR);
    return this.#open({ connection, catchUpEntries });
  }

  async #open(question: Question): Promise<OpenConnectionResponse | undefined> {
    const { userId } = question.connection;
    try {
      return await this.#ofUsers.runWithin(userId, TURN_TIMEOUT_MS, () => this.#questions.ask(question));
    } catch (error) {
      const level = isPlatformError(error, 'service_unavailable') ? 'debug' : 'error';
      this.logger[level]('an inbox could not be opened', { user_id: userId, error });
      return undefined;
    }
  }

  /** @throws as `PersistenceClient` */
  async #ask(questions: readonly Question[]): Promise<readonly OpenConnectionResponse[]> {
    const asked = this.blocks.ask();
    const answers = await this.#call(questions);
    for (const [index, { connection }] of questions.entries()) {
      const answer = answers[index];
      if (answer === undefined) continue;
      const { userId } = connection;
      this.blocks.take([userId], answer.blocks && { [userId]: answer.blocks }, asked);
      this.announcements.takeFeatures(answer.features);
      this.announcements.takeEpoch(answer.epoch);
      // At once, whatever it waits for from here on: where another numbering begins meanwhile it is closed.
      connection.numberedBy(answer.epoch);
    }
    return answers;
  }

  async #call(questions: readonly Question[]): Promise<readonly OpenConnectionResponse[]> {
    const devices = questions.map(({ connection, catchUpEntries }) => ({ device: connection, catchUpEntries }));
    const [first, ...others] = devices;
    if (first === undefined) return [];
    if (others.length > 0) return this.persistence.openConnections(devices);
    return [await this.persistence.openConnection(first.device, first.catchUpEntries)];
  }
}
