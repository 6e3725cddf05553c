import type { Queryable, Statement } from '@chat-app/database';

const MAKE_READ_ONLY: Statement = { name: 'make_read_only', text: 'set transaction read only' };

/** From here on PostgreSQL refuses every change in this transaction. */
export async function makeReadOnly(transaction: Queryable): Promise<void> {
  await transaction.query(MAKE_READ_ONLY);
}
