import type { Queryable, Statement } from '@chat-app/database';

const SET_DISABLED: Statement = {
  name: 'set_disabled',
  text: `
    update auth.users set disabled_at = case when $2 then coalesce(disabled_at, clock_timestamp()) end
    where id = $1 and (disabled_at is not null) <> $2
    returning id`,
};

/** Disables a user, or enables one again. False where that is so already, or there is no such user. */
export async function setDisabled(on: Queryable, userId: string, disabled: boolean): Promise<boolean> {
  return (await on.query(SET_DISABLED, [userId, disabled])).length === 1;
}
