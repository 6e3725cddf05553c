import type { Queryable, Statement } from '@chat-app/database';

/** A time in the words in which it comes back as a cursor: microseconds, which a Date has not. */
const written = (time: string): string => `to_char((${time}) at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

const LIST_ENDED_SESSIONS: Statement = {
  name: 'list_ended_sessions',
  text: `
    with asked as (
      select statement_timestamp() as at
    ), page as (
      select id, user_id, ended_at
      from auth.sessions
      where ended_at is not null
        and ended_at >= statement_timestamp() - make_interval(secs => $3)
        and ($1::timestamptz is null or (ended_at, id) > ($1::timestamptz, $2::uuid))
      order by ended_at, id
      limit $4
    )
    select
      page.id, page.user_id,
      ${written('page.ended_at')} as ended_at,
      ${written('asked.at - make_interval(secs => $5)')} as overlap_from
    from asked left join page on true
    order by page.ended_at, page.id`,
};

export interface EndedSessionRow {
  /** Null in the one row that there is where nothing ended. */
  id: string | null;
  user_id: string;
  ended_at: string;
  /** So long before the question was asked. */
  overlap_from: string;
}

/** At most `limit` sessions that ended within `keepS` seconds and after the cursor, oldest end first; at least one row. */
export async function listEndedSessions(
  on: Queryable,
  after: { endedAt: string; id: string } | undefined,
  { keepS, overlapS, limit }: { keepS: number; overlapS: number; limit: number },
): Promise<EndedSessionRow[]> {
  const { endedAt = null, id = null } = after ?? {};
  return on.query<EndedSessionRow>(LIST_ENDED_SESSIONS, [endedAt, id, keepS, limit, overlapS]);
}
