import type { Statement } from '@chat-app/database';

/** From here on PostgreSQL refuses every change in this transaction. */
export const MAKE_READ_ONLY: Statement = { name: 'make_read_only', text: 'set transaction read only' };
