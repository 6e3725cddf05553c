import type { MemberReceipt } from '@chat-app/protocol';

/** How far a member came, as rows have it: numbers of messages, and their ids. */
export interface ReceiptRow {
  user_id: string;
  received: number | null;
  received_id: string | null;
  read: number | null;
  read_id: string | null;
}

/** The receipt of a row. */
export function receiptOf({ user_id, received, received_id, read, read_id }: ReceiptRow): MemberReceipt {
  return {
    user_id,
    ...(received !== null && received_id !== null && { received: { message_id: received_id, number: received } }),
    ...(read !== null && read_id !== null && { read: { message_id: read_id, number: read } }),
  };
}
