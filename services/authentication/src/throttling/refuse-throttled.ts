import type { Context } from '../context';
import { refusal } from '../refusal';

/** What may be over its limit: what the metric calls it, and what the caller is told. */
const LIMITS = {
  failures: { by: 'account', message: 'too many failed attempts; wait before the next' },
  logins: { by: 'account', message: 'this user logged in too often within a minute; wait before the next' },
  address: { by: 'address', message: 'too many attempts from this address; wait before the next' },
  calls: { by: 'calls', message: 'too many calls; wait before the next' },
  lookups: { by: 'lookups', message: 'too many names looked up; wait before the next' },
  session: { by: 'session', message: 'this session is refreshed too often; wait before the next' },
} as const;

/** Refuses what must wait so many milliseconds, and counts it; 0 goes on. @throws HttpError rate_limited */
export function refuseThrottled(
  { metrics }: Pick<Context, 'metrics'>,
  limit: keyof typeof LIMITS,
  waitMs: number,
): void {
  if (waitMs === 0) return;
  const { by, message } = LIMITS[limit];
  metrics.throttled.inc({ by });
  throw refusal('rate_limited', message, waitMs);
}
