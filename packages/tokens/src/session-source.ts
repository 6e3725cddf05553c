/** A session that was ended, and whose it was. */
export interface EndedSession {
  readonly sessionId: string;
  readonly userId: string;
}

/** Some of the sessions that ended, oldest end first. */
export interface EndedSessionsPage {
  readonly sessions: readonly EndedSession[];
  /** Where the next page begins; the last pages overlap, since an end may be committed later than it happened. */
  readonly next: string;
  /** Whether the next page has some already. */
  readonly more: boolean;
  /** How long after its end a token of a session may still be good, in seconds. */
  readonly keepS: number;
}

/** Authentication, as it is asked about sessions. Every call throws PlatformError where it has no answer. */
export interface SessionSource {
  /** Which of these sessions were ended. */
  findEndedSessions(sessionIds: readonly string[]): Promise<readonly string[]>;
  /** What ended after `since` (`next` of the page before); without it, all of which a token may still be good. */
  listEndedSessions(since: string | undefined): Promise<EndedSessionsPage>;
}
