import type { Queryable, Statement } from '@chat-app/database';

const RECORD_OPERATOR_ACT: Statement = {
  name: 'record_operator_act',
  text: 'insert into auth.operator_acts (act, user_id) values ($1, $2)',
};

/** Notes what an operator did, for the audit log of a pod. */
export async function recordOperatorAct(on: Queryable, act: string, userId: string): Promise<void> {
  await on.query(RECORD_OPERATOR_ACT, [act, userId]);
}
