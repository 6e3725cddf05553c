import type { Queryable, Statement } from '@chat-app/database';

const TAKE_OPERATOR_ACTS: Statement = {
  name: 'take_operator_acts',
  text: `
    with taken as (
      delete from auth.operator_acts where id in (
        select id from auth.operator_acts order by id
        limit $1
        for update skip locked
      )
      returning id, act, user_id, at
    )
    select act, user_id, at from taken order by id`,
};

export interface OperatorAct {
  act: string;
  user_id: string;
  at: Date;
}

/** Takes notes of what operators did, the oldest first, at most `limit`; nobody is given them again once that is committed. */
export function takeOperatorActs(on: Queryable, limit: number): Promise<OperatorAct[]> {
  return on.query(TAKE_OPERATOR_ACTS, [limit]);
}
