import type { Audit, AuditEvent, AuditOutcome } from './audit';

/**
 * Refusals that say something about who asks, as opposed to what: a token that is forged or of a session that ended, a foreign
 * page, another user's place, a secret that is wrong. An expired token is none: everybody has one once in a while.
 */
const SUSPICIOUS: ReadonlySet<string> = new Set([
  'token_invalid',
  'origin_refused',
  'wrong_user',
  'forbidden',
  'unknown_conversation',
  'wrong_secret',
]);
/** Refusals of one who asks too often or has too much open. */
const THROTTLED: ReadonlySet<string> = new Set(['rate_limited', 'too_many_connections']);

/** How an error code ends an attempt; undefined where it is no matter of security. */
function outcomeOfRefusal(code: string): AuditOutcome | undefined {
  if (THROTTLED.has(code)) return 'throttled';
  return SUSPICIOUS.has(code) ? 'refused' : undefined;
}

/** Records a refusal by its error code, where it is one that says something about who asks. */
export function auditRefusal(
  audit: Audit | undefined,
  code: string,
  event: Omit<AuditEvent, 'outcome' | 'reason'>,
): void {
  const outcome = outcomeOfRefusal(code);
  if (outcome !== undefined) audit?.record({ ...event, outcome, reason: code });
}

const recorded = new WeakSet<object>();

/** Marks an error whose refusal is in the audit log: whoever answers it does not record it once more. */
export function markRecorded(error: Error): void {
  recorded.add(error);
}

/** Whether the refusal of this error is in the audit log. */
export function isRecorded(thrown: unknown): boolean {
  return thrown instanceof Error && recorded.has(thrown);
}
