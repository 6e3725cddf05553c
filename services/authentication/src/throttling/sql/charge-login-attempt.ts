import type { Queryable, Statement } from '@chat-app/database';

/** Checks and counts in one statement: parallel guesses cannot slip through between the two. */
const CHARGE_LOGIN_ATTEMPT: Statement = {
  name: 'charge_login_attempt',
  text: `
    insert into auth.login_throttles as known (key, failures, attempted_at, blocked_until)
    values ($1, 1, clock_timestamp(), clock_timestamp())
    on conflict (key) do update set
      failures = case when known.attempted_at < clock_timestamp() - make_interval(secs => $2)
        then 1 else known.failures + 1 end,
      attempted_at = clock_timestamp(),
      blocked_until = clock_timestamp() + make_interval(secs => case
        when known.attempted_at < clock_timestamp() - make_interval(secs => $2) then 0
        when known.failures + 1 < $3::integer then 0
        else least($4::double precision, power(2, least(known.failures + 1 - $3::integer, 30))) end)
    where known.blocked_until <= clock_timestamp()
    returning failures`,
};

export interface ThrottleRule {
  /** A count older than this is forgotten. */
  forgetAfterS: number;
  /** The first delay, one second, comes after this many failures; each further failure doubles it. */
  delayFromFailures: number;
  longestDelayS: number;
}

/** Counts an attempt as failed until told otherwise. False, and not counted, where the name is blocked. */
export async function chargeLoginAttempt(on: Queryable, key: Uint8Array, rule: ThrottleRule): Promise<boolean> {
  const rows = await on.query(CHARGE_LOGIN_ATTEMPT, [
    key,
    rule.forgetAfterS,
    rule.delayFromFailures,
    rule.longestDelayS,
  ]);
  return rows.length === 1;
}
