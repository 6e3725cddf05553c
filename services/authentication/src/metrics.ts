import type { Counter, Metrics } from '@chat-app/platform';
import { BREACH_CHECKS } from './passwords/breached-passwords';
import { END_REASONS } from './sessions/sql/end-session';

/** Outcomes of a login, the only label values of the counter. */
export type LoginOutcome = 'succeeded' | 'wrong_credentials' | 'throttled' | 'overloaded' | 'refused' | 'failed';

/** What this service counts and measures, declared in this one place. */
export function declareMetrics(metrics: Metrics) {
  // From 0, so that the first event of a kind shows as an increase.
  const counter = (options: { name: string; help: string }, label: string, values: readonly string[]): Counter => {
    const made = metrics.counter({ ...options, labelNames: [label] });
    for (const value of values) made.inc({ [label]: value }, 0);
    return made;
  };
  return {
    logins: counter(
      {
        name: 'chat_authentication_logins_total',
        help: 'Logins by outcome.',
      },
      'outcome',
      ['succeeded', 'wrong_credentials', 'throttled', 'overloaded', 'refused', 'failed'] satisfies LoginOutcome[],
    ),
    registrations: counter(
      {
        name: 'chat_authentication_registrations_total',
        help: 'Registrations by outcome: created, username_taken, username_confusable, username_reserved, throttled.',
      },
      'outcome',
      ['created', 'username_taken', 'username_confusable', 'username_reserved', 'throttled'],
    ),
    refreshes: counter(
      {
        name: 'chat_authentication_refreshes_total',
        help: 'Uses of refresh tokens by outcome: rotated, repeated (the same attempt), reused (session ended), invalid.',
      },
      'outcome',
      ['rotated', 'repeated', 'reused', 'invalid'],
    ),
    sessionsEnded: counter(
      {
        name: 'chat_authentication_sessions_ended_total',
        help: 'Sessions ended before their time, by reason: log_out, reuse, password_change, surplus, disabled, operator.',
      },
      'reason',
      END_REASONS,
    ),
    throttled: counter(
      {
        name: 'chat_authentication_throttled_total',
        help: 'Attempts refused with rate_limited, by what was over its limit: account, address, calls, lookups, session.',
      },
      'by',
      ['account', 'address', 'calls', 'lookups', 'session'],
    ),
    breachChecks: counter(
      {
        name: 'chat_authentication_breach_checks_total',
        help: 'New passwords looked up among breached ones, by outcome: unknown, breached (refused), failed (taken unseen).',
      },
      'outcome',
      BREACH_CHECKS,
    ),
    passwordHash: metrics.histogram({
      name: 'chat_authentication_password_hash_duration_seconds',
      help: 'Time to hash or verify one password, without the wait for a turn.',
      labelNames: ['operation'],
    }),
    passwordWait: metrics.histogram({
      name: 'chat_authentication_password_hash_wait_seconds',
      help: 'Time a password waited for its turn to be hashed.',
    }),
    passwordQueue: metrics.gauge({
      name: 'chat_authentication_password_hash_queue',
      help: 'Passwords waiting for their turn to be hashed.',
    }),
    swept: metrics.counter({
      name: 'chat_authentication_swept_rows_total',
      help: 'Expired rows deleted, by table.',
      labelNames: ['table'],
    }),
    announceFailures: metrics.counter({
      name: 'chat_authentication_signed_out_failures_total',
      help: 'Ended sessions that could not be announced; the pods find them with their next look.',
    }),
  };
}

export type AuthenticationMetrics = ReturnType<typeof declareMetrics>;
