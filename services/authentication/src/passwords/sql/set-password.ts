import type { Queryable, Statement } from '@chat-app/database';

const SET_PASSWORD: Statement = {
  name: 'set_password',
  text: `
    update auth.users set password_hash = $2, password_version = password_version + 1,
      initial_password_until = clock_timestamp() + make_interval(secs => $3::double precision)
    where id = $1
    returning initial_password_until`,
};

/**
 * Sets the password of a user, whatever it was, to one that is good for so many seconds, and for nothing but to be changed.
 * @returns until when; undefined where there is no such user
 */
export async function setPassword(
  on: Queryable,
  userId: string,
  passwordHash: string,
  goodForS: number,
): Promise<Date | undefined> {
  const [row] = await on.query<{ initial_password_until: Date }>(SET_PASSWORD, [userId, passwordHash, goodForS]);
  return row?.initial_password_until;
}
