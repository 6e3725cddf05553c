import type { Queryable, Statement } from '@chat-app/database';

/** Who came first has a look; names of former versions that look alike stay as they are. */
const KEY_USERS: Statement = {
  name: 'key_users',
  text: `
    with keyed as (
      update auth.users set folded_key = given.folded
      from unnest($1::uuid[], $2::text[]) as given (id, folded)
      where users.id = given.id
    )
    insert into auth.username_looks (look, user_id)
    select look, id from unnest($3::text[], $4::uuid[]) as claimed (look, id) order by look, id
    on conflict do nothing`,
};

export interface UserKeys {
  id: string;
  folded: string;
  looks: readonly string[];
}

/** Gives users the folded key and the looks of their names. */
export async function keyUsers(on: Queryable, users: readonly UserKeys[]): Promise<void> {
  const claims = users.flatMap(({ id, looks }) => looks.map((look) => ({ id, look })));
  await on.query(KEY_USERS, [
    users.map(({ id }) => id),
    users.map(({ folded }) => folded),
    claims.map(({ look }) => look),
    claims.map(({ id }) => id),
  ]);
}
