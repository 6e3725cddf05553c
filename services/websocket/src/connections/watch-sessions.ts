import { LIMITS } from '@chat-app/protocol';
import type { Logger } from '@chat-app/platform';
import type { AuthenticationClient } from '../peers/authentication-client';
import type { TimerWheel } from '../timer-wheel';
import type { Connection } from './connection';
import type { Registry } from './registry';

/** How long new sessions are collected into one question, milliseconds. */
const COLLECT_MS = 100;

/**
 * Closes the sockets of sessions that were ended (log-out, password change, reuse of a refresh token): when told so over
 * the fan-out, when a connection begins with one, and with each reconciliation, should the fan-out have lost it.
 */
export class SessionWatch {
  readonly #fresh = new Set<string>();

  constructor(
    private readonly authentication: AuthenticationClient,
    private readonly registry: Registry,
    private readonly wheel: TimerWheel,
    private readonly logger: Logger,
  ) {}

  /** These sessions of the user have ended; without a list, all. */
  end(userId: string, sessionIds: readonly string[] | undefined): void {
    for (const connection of [...(this.registry.find(userId)?.connections ?? [])]) {
      if (sessionIds === undefined || sessionIds.includes(connection.credential.sessionId)) {
        connection.close('signed_out');
      }
    }
  }

  /** Asks soon whether the session of this connection has ended: its token may outlive it. */
  check(connection: Connection): void {
    this.#fresh.add(connection.credential.sessionId);
    if (this.#fresh.size > 1) return;
    this.wheel.after(COLLECT_MS, () => {
      const sessions = [...this.#fresh];
      this.#fresh.clear();
      void this.#ask(sessions);
    });
  }

  /** Asks about every session of this pod. */
  checkAll(): void {
    const sessions = new Set<string>();
    for (const { credential } of this.registry.connections) sessions.add(credential.sessionId);
    void this.#ask([...sessions]);
  }

  /** Never rejects: during an outage of authentication the next reconciliation asks again. */
  async #ask(sessions: readonly string[]): Promise<void> {
    try {
      const ended = new Set<string>();
      for (let start = 0; start < sessions.length; start += LIMITS.usersPerCall) {
        const asked = sessions.slice(start, start + LIMITS.usersPerCall);
        for (const session of await this.authentication.findEndedSessions(asked)) ended.add(session);
      }
      if (ended.size === 0) return;
      for (const connection of [...this.registry.connections]) {
        if (ended.has(connection.credential.sessionId)) connection.close('signed_out');
      }
    } catch (error) {
      this.logger.debug('ended sessions could not be asked for', { error });
    }
  }
}
