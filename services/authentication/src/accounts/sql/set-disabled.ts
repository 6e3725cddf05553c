import type { Queryable, Statement } from '@chat-app/database';

const SET_DISABLED: Statement = {
  name: 'set_disabled',
  text: `
    update auth.users
    set disabled_at = case when $2 then coalesce(disabled_at, clock_timestamp()) end, decided_by = 'operator'
    where id = $1`,
};

/** Disables a user for an operator, or enables one again. No start of the service undoes it. */
export async function setDisabled(on: Queryable, userId: string, disabled: boolean): Promise<void> {
  await on.query(SET_DISABLED, [userId, disabled]);
}
