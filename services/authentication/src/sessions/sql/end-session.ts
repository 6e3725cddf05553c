import type { Queryable, Statement } from '@chat-app/database';

const END_SESSION: Statement = {
  name: 'end_session',
  text: `
    update auth.sessions set ended_at = clock_timestamp(), end_reason = $2
    where id = $1 and ended_at is null
    returning id`,
};

/**
 * Why a session ended before its time. `surplus`: its user began more than one may have; `disabled`: the account was; `operator`:
 * an operator ended it.
 */
export const END_REASONS = ['log_out', 'reuse', 'password_change', 'surplus', 'disabled', 'operator'] as const;
export type EndReason = (typeof END_REASONS)[number];

/** Ends a session for good. False where it was ended before. */
export async function endSession(on: Queryable, sessionId: string, reason: EndReason): Promise<boolean> {
  const rows = await on.query(END_SESSION, [sessionId, reason]);
  return rows.length === 1;
}
