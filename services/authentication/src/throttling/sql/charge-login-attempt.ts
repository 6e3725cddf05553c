import type { Queryable, Statement } from '@chat-app/database';

/**
 * One more failure in a count `known`, unless it is blocked or nothing was heard of it for so long that it begins anew.
 * @param delayFrom failures that have no delay @param left failures that are still counted
 */
const counted = (delayFrom: string, left: string): string => `
    on conflict (key) do update set
      failures = case when known.attempted_at < clock_timestamp() - make_interval(secs => $5)
        then 1 else ${left} + 1 end,
      attempted_at = clock_timestamp(),
      blocked_until = clock_timestamp() + make_interval(secs => case
        when known.attempted_at < clock_timestamp() - make_interval(secs => $5) then 0
        when ${left} + 1 < ${delayFrom} then 0
        else least($6::double precision, power(2, least(${left} + 1 - ${delayFrom}, 30))) end)
    where known.blocked_until <= clock_timestamp()
    returning key`;

/**
 * Failures of a shared count less those that time has taken away: as many as have no delay in the time after which all are
 * forgotten. Else one machine, which its own count lets fail once a minute, would fill the shared one and keep it full.
 */
const leaked = (delayFrom: string): string => `greatest(0, known.failures - floor(
        greatest(0, extract(epoch from clock_timestamp() - known.attempted_at)) * ${delayFrom} / $5)::integer)`;

const SHARED_DELAY_FROM = '(select delay_from from asked where asked.key = known.key)';

/**
 * Checks and counts in one statement: parallel guesses cannot slip through between the two. What is shared counts only attempts
 * that their own count let through. One at the same instant as that which blocks a shared count is counted in its own alone.
 */
const CHARGE_LOGIN_ATTEMPT: Statement = {
  name: 'charge_login_attempt',
  text: `
    with asked as (
      select decode(key, 'hex') as key, delay_from
      from unnest($3::text[], $4::integer[]) as given (key, delay_from)
    ), own as (
      insert into auth.login_throttles as known (key, failures, attempted_at, blocked_until)
      select decode($1, 'hex'), 1, clock_timestamp(), clock_timestamp()
      where not exists (
        select from auth.login_throttles
        where key in (select key from asked) and blocked_until > clock_timestamp()
      )
      ${counted('$2::integer', 'known.failures')}
    ), shared as (
      insert into auth.login_throttles as known (key, failures, attempted_at, blocked_until)
      select key, 1, clock_timestamp(), clock_timestamp() from asked where exists (select from own)
      ${counted(SHARED_DELAY_FROM, leaked(SHARED_DELAY_FROM))}
    )
    select (select count(*)::integer from own) as own, (select count(*)::integer from shared) as shared`,
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

/**
 * Counts an attempt as failed until told otherwise: in its own count, and in those that it shares with others. False where
 * one of them is blocked.
 */
export async function chargeLoginAttempt(
  on: Queryable,
  own: ThrottleCount,
  shared: readonly ThrottleCount[],
  { forgetAfterS, longestDelayS }: ThrottleRule,
): Promise<boolean> {
  const [row] = await on.query<{ own: number; shared: number }>(CHARGE_LOGIN_ATTEMPT, [
    own.key,
    own.delayFrom,
    shared.map(({ key }) => key),
    shared.map(({ delayFrom }) => delayFrom),
    forgetAfterS,
    longestDelayS,
  ]);
  return row?.own === 1 && row.shared === shared.length;
}
