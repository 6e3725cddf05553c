import type { Queryable, Statement } from '@chat-app/database';
import { PlatformError } from '@chat-app/platform';

const ROTATE_REFRESH_TOKEN: Statement = {
  name: 'rotate_refresh_token',
  text: `
    with forgotten as (
      update auth.refresh_tokens set successor_salt = null
      where session_id = $1 and hash <> $2 and successor_salt is not null
    ), used as (
      update auth.refresh_tokens set used_at = clock_timestamp(), successor_salt = $3, attempt_hash = $6
      where hash = $2
    ), prolonged as (
      update auth.sessions set
        expires_at = least(
          clock_timestamp() + make_interval(secs => $5),
          created_at + make_interval(secs => $7)
        ),
        last_used_at = clock_timestamp()
      where id = $1
      returning id, expires_at
    )
    insert into auth.refresh_tokens (hash, session_id, expires_at)
    select $4, id, expires_at from prolonged
    returning expires_at`,
};

export interface Rotation {
  sessionId: string;
  hash: Uint8Array;
  successorSalt: Uint8Array;
  /** Empty where the attempt has no id. */
  attemptHash: Uint8Array;
  successorHash: Uint8Array;
  refreshTokenTtlS: number;
  /** The session's longest life since it began. */
  maxAgeS: number;
}

/**
 * Marks a token used and adds its successor; the salt by which the token itself could be had again is forgotten, for
 * its holder has it. The session must be locked.
 * @returns when the session ends by itself
 */
export async function rotateRefreshToken(on: Queryable, rotation: Rotation): Promise<Date> {
  const [row] = await on.query<{ expires_at: Date }>(ROTATE_REFRESH_TOKEN, [
    rotation.sessionId,
    rotation.hash,
    rotation.successorSalt,
    rotation.successorHash,
    rotation.refreshTokenTtlS,
    rotation.attemptHash,
    rotation.maxAgeS,
  ]);
  if (row === undefined) throw new PlatformError('illegal_state', 'the session of a rotated token is not there');
  return row.expires_at;
}
