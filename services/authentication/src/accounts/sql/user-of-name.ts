/**
 * The user of a name, by its exact and its folded key ($1 and $2). Users of former versions may differ in what folding makes
 * equal: then the exact key decides.
 */
export const USER_OF_NAME = `
  select id from auth.users where username_key = $1 or folded_key = $2
  order by username_key = $1 desc, created_at
  limit 1`;
