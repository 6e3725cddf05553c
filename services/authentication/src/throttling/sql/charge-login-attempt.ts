import type { Queryable, Statement } from '@chat-app/database';

/**
 * Checks and counts in one statement: parallel guesses cannot slip through between the two. Where one of several counts is
 * blocked none is changed, but by an attempt at the same instant: it may be counted in one of them without being made.
 */
const CHARGE_LOGIN_ATTEMPT: Statement = {
  name: 'charge_login_attempt',
  text: `
    with attempt as (
      select decode(key, 'hex') as key, delay_from
      from unnest($1::text[], $2::integer[]) with ordinality as asked (key, delay_from, place)
      order by place
    )
    insert into auth.login_throttles as known (key, failures, attempted_at, blocked_until)
    select key, 1, clock_timestamp(), clock_timestamp() from attempt
    where not exists (
      select from auth.login_throttles
      where key in (select key from attempt) and blocked_until > clock_timestamp()
    )
    on conflict (key) do update set
      failures = case when known.attempted_at < clock_timestamp() - make_interval(secs => $3)
        then 1 else known.failures + 1 end,
      attempted_at = clock_timestamp(),
      blocked_until = clock_timestamp() + make_interval(secs => case
        when known.attempted_at < clock_timestamp() - make_interval(secs => $3) then 0
        else (
          select case when known.failures + 1 < delay_from then 0
            else least($4::double precision, power(2, least(known.failures + 1 - delay_from, 30))) end
          from attempt where attempt.key = known.key
        ) end)
    where known.blocked_until <= clock_timestamp()
    returning failures`,
};

export interface ThrottleRule {
  /** A count older than this is forgotten. */
  forgetAfterS: number;
  longestDelayS: number;
}

/** One of the counts that an attempt belongs to. */
export interface ThrottleCount {
  /** SHA-256 in hexadecimal. */
  key: string;
  /** The first delay, one second, comes after this many failures; each further failure doubles it. */
  delayFrom: number;
}

/** Counts an attempt as failed until told otherwise. False where one of its counts is blocked. */
export async function chargeLoginAttempt(
  on: Queryable,
  counts: readonly ThrottleCount[],
  rule: ThrottleRule,
): Promise<boolean> {
  const rows = await on.query(CHARGE_LOGIN_ATTEMPT, [
    counts.map(({ key }) => key),
    counts.map(({ delayFrom }) => delayFrom),
    rule.forgetAfterS,
    rule.longestDelayS,
  ]);
  return rows.length === counts.length;
}
