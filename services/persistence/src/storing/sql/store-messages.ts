import type { Statement } from '@chat-app/database';

/** See migration 002. */
export const STORE_MESSAGES: Statement = {
  name: 'store_messages',
  text: `
select ordinal, outcome, user_ids, seqs
from chat.store_messages($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::timestamptz[])`,
};

export interface StoreMessagesRow {
  ordinal: number;
  outcome: 'stored' | 'duplicate' | 'not_a_member' | 'unknown_conversation';
  user_ids: string[];
  seqs: number[];
}
