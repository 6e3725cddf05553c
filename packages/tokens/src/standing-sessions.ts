import {
  asError,
  PlatformError,
  type Counter,
  type Logger,
  type Metrics,
  type TokenClaims,
  type TokenVerifier,
} from '@chat-app/platform';
import { EndedSessions } from './ended-sessions';
import { SessionQuestions, type SessionState } from './session-questions';
import type { EndedSession, SessionSource } from './session-source';

/** Time between looks at what ended: with the time of a call, less than two seconds. */
const LOOK_INTERVAL_MS = 1_000;
/** How long hearsay is collected before it is asked about, milliseconds. */
const COLLECT_MS = 20;
/** Until authentication says how long tokens live: the longest that may be configured, milliseconds. */
const LONGEST_TOKEN_MS = 86_400_000;
/** Hearsay beyond this waits for the next look. */
const MAX_UNVERIFIED = 10_000;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export interface StandingSessionsOptions {
  source: SessionSource;
  logger: Logger;
  metrics?: Metrics;
  /** Milliseconds of a clock that never jumps; for tests. */
  now?: () => number;
  /** For tests. */
  intervalMs?: number;
}

/**
 * Which sessions stand, as one pod knows it. A session is the truth and a token its copy: a token is good no longer than
 * its session. What ended is received from the fan-out (at once), looked up every second (also where the fan-out lost it
 * or is unavailable), and for one session asked before it is let in.
 *
 * What the fan-out says counts from that moment on and is asked about: where authentication says otherwise it is forgotten.
 *
 * States: made → looking ⇄ waiting → closed. One look at a time.
 */
export class StandingSessions {
  readonly #options: StandingSessionsOptions;
  readonly #now: () => number;
  readonly #ended = new EndedSessions();
  readonly #questions: SessionQuestions;
  readonly #unverified = new Set<string>();
  readonly #listeners: ((ended: EndedSession) => void)[] = [];
  readonly #looks: Counter | undefined;
  readonly #checks: Counter | undefined;
  #keepMs = LONGEST_TOKEN_MS;
  #since: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** When the next look is due; it only ever moves earlier. */
  #dueAt = Infinity;
  #looking: Promise<void> | undefined;
  #failing = false;
  #closed = false;

  constructor(options: StandingSessionsOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    this.#questions = new SessionQuestions((ids) => options.source.findEndedSessions(ids), this.#now);
    this.#looks = options.metrics?.counter({
      name: 'chat_session_looks_total',
      help: 'Looks at which sessions ended, by outcome: ok, failed.',
      labelNames: ['outcome'],
    });
    this.#checks = options.metrics?.counter({
      name: 'chat_session_checks_total',
      help: 'Sessions asked about before they were let in, by answer: stands, ended, unknown (authentication had none).',
      labelNames: ['answer'],
    });
    for (const outcome of ['ok', 'failed']) this.#looks?.inc({ outcome }, 0);
    for (const answer of ['stands', 'ended', 'unknown'] satisfies SessionState[]) this.#checks?.inc({ answer }, 0);
  }

  /** Begins to look at what ended. */
  start(): void {
    this.#arm(0);
  }

  /** Memoised by nature: a second call finds nothing to end. Resolves when the look under way is over. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#questions.close();
    await this.#looking;
  }

  /** Called once for each session as soon as this pod knows that it ended. Must not throw. */
  onEnded(listener: (ended: EndedSession) => void): void {
    this.#listeners.push(listener);
  }

  /** Whether the session is known to have ended. */
  hasEnded(sessionId: string): boolean {
    return this.#ended.has(sessionId);
  }

  /**
   * Whether a session may be let in: asks authentication, together with others. Without an answer one that is not known to
   * have ended may. Never rejects.
   */
  async stands({ sessionId, userId }: Pick<TokenClaims, 'sessionId' | 'userId'>): Promise<boolean> {
    if (this.#ended.has(sessionId)) return false;
    const answer = await this.#questions.ask(sessionId);
    this.#checks?.inc({ answer });
    if (answer === 'ended') this.#learn({ sessionId, userId });
    return !this.#ended.has(sessionId);
  }

  /** The fan-out says that these sessions ended. */
  notifyEnded(userId: string, sessionIds: readonly string[]): void {
    for (const sessionId of sessionIds) {
      if (this.#unverified.size >= MAX_UNVERIFIED || !UUID.test(sessionId) || this.#ended.has(sessionId)) continue;
      this.#unverified.add(sessionId);
      this.#learn({ sessionId, userId });
    }
    // During an outage the next look comes soon enough.
    if (this.#unverified.size > 0 && this.#looking === undefined && !this.#failing) this.#arm(COLLECT_MS);
  }

  /** A verifier that refuses tokens of sessions that are known to have ended. */
  guard(verifier: TokenVerifier): TokenVerifier {
    return {
      verify: async (token) => {
        const claims = await verifier.verify(token);
        if (this.#ended.has(claims.sessionId)) {
          throw new PlatformError('token_invalid', 'the access token is not valid: its session was ended');
        }
        return claims;
      },
    };
  }

  #learn(ended: EndedSession): void {
    if (!this.#ended.add(ended.sessionId, this.#now() + this.#keepMs)) return;
    for (const listener of this.#listeners) listener(ended);
  }

  #arm(delayMs: number): void {
    const dueAt = this.#now() + delayMs;
    if (this.#closed || dueAt >= this.#dueAt) return;
    clearTimeout(this.#timer);
    this.#dueAt = dueAt;
    this.#timer = setTimeout(() => {
      this.#dueAt = Infinity;
      this.#looking = this.#look().finally(() => {
        this.#looking = undefined;
        this.#arm(this.#unverified.size > 0 && !this.#failing ? COLLECT_MS : this.#interval());
      });
    }, delayMs);
  }

  #interval(): number {
    return (this.#options.intervalMs ?? LOOK_INTERVAL_MS) * (0.8 + Math.random() * 0.3);
  }

  /** Never rejects. */
  async #look(): Promise<void> {
    this.#ended.forget(this.#now());
    try {
      await this.#readOn();
      await this.#verifyNotices();
      this.#looks?.inc({ outcome: 'ok' });
      if (this.#failing) this.#options.logger.info('ended sessions are followed again');
      this.#failing = false;
    } catch (thrown) {
      this.#looks?.inc({ outcome: 'failed' });
      const message = 'ended sessions cannot be followed; tokens of those that end now stay good meanwhile';
      if (!this.#failing) this.#options.logger.warn(message, { error: asError(thrown) });
      this.#failing = true;
    }
  }

  async #verifyNotices(): Promise<void> {
    const asked = [...this.#unverified];
    if (asked.length === 0) return;
    const ended = new Set(await this.#options.source.findEndedSessions(asked));
    for (const sessionId of asked) {
      this.#unverified.delete(sessionId);
      if (!ended.has(sessionId)) this.#ended.remove(sessionId);
    }
  }

  async #readOn(): Promise<void> {
    for (let more = true; more && !this.#closed;) {
      const page = await this.#options.source.listEndedSessions(this.#since);
      this.#keepMs = page.keepS * 1_000;
      for (const ended of page.sessions) this.#learn(ended);
      this.#since = page.next;
      more = page.more;
    }
  }
}
