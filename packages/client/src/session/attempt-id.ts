import type { SessionResponse } from '@chat-app/protocol';
import { newId } from '@chat-app/protocol/pure';

/**
 * An id for the one attempt to use a refresh token, at random: 128 bits and more. It is made with the token and kept where the token
 * is kept, so that a retry after a lost answer, a crash or a reload is the same attempt, and a thief's is another.
 */
export function newAttemptId(): string {
  return newId() + newId();
}

/** The session with an attempt id for its refresh token: its own, else a new one. */
export function withAttemptId<S extends SessionResponse & { attempt_id?: string }>(
  session: S,
): S & { attempt_id: string } {
  return { ...session, attempt_id: session.attempt_id ?? newAttemptId() };
}
