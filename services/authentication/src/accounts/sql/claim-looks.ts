import type { Queryable, Statement } from '@chat-app/database';

const CLAIM_LOOKS: Statement = {
  name: 'claim_looks',
  text: `
    insert into auth.username_looks (look, user_id)
    select look, $2 from unnest($1::text[]) as claimed (look) order by look
    on conflict do nothing
    returning look`,
};

/** Gives a user the looks of a name. False where another user has one of them. */
export async function claimLooks(on: Queryable, userId: string, looks: readonly string[]): Promise<boolean> {
  return (await on.query(CLAIM_LOOKS, [looks, userId])).length === looks.length;
}
