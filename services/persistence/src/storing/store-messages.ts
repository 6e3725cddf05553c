import type { ChatMessage } from '@chat-app/protocol';
import type { Queryable } from '@chat-app/database';
import { STORE_MESSAGES, type StoreMessagesRow } from './sql/store-messages';

/** What became of one message of a batch. */
export interface StoreOutcome {
  /** `duplicate`: it was there already. The last two were not stored. */
  outcome: StoreMessagesRow['outcome'];
  /** Its entries: `user_ids[i]` has it as number `seqs[i]` of their inbox. May be empty for a duplicate. */
  user_ids: readonly string[];
  seqs: readonly number[];
}

/**
 * Stores a batch in one transaction: all of it, or nothing where it throws. Answers in the order of the batch.
 * @throws PlatformError database_unavailable, database_refused (then at least one message of the batch is to blame)
 */
export async function storeMessages(
  database: Queryable,
  messages: readonly ChatMessage[],
): Promise<readonly StoreOutcome[]> {
  return database.query<StoreMessagesRow>(STORE_MESSAGES, [
    messages.map((message) => message.message_id),
    messages.map((message) => message.conversation_id),
    messages.map((message) => message.sender_id),
    messages.map((message) => message.recipient_id ?? null),
    messages.map((message) => message.content),
    messages.map((message) => message.sent_at),
  ]);
}
