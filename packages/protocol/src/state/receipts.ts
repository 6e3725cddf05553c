import { z } from 'zod';
import type { Known } from '../known';

/** How far a member came in a conversation: a message, and its number there, which grows from message to message. */
export const ReceiptMark = z.looseObject({ message_id: z.string(), number: z.int().min(0) });
export type ReceiptMark = Known<z.infer<typeof ReceiptMark>>;

/** How far a member received and read. What is absent did not change, or is not told. */
export const MemberReceipt = z.looseObject({
  user_id: z.string(),
  received: ReceiptMark.exactOptional(),
  read: ReceiptMark.exactOptional(),
});
export type MemberReceipt = Omit<Known<z.infer<typeof MemberReceipt>>, 'received' | 'read'> & {
  received?: ReceiptMark;
  read?: ReceiptMark;
};

/**
 * `receipts`: members of a conversation received or read more of it. State, not an entry: a frame that is lost costs nothing but
 * time, the members of the conversation say the same. Of each the greatest number counts, in whatever order they come.
 */
export const ReceiptsFrame = z.looseObject({
  type: z.literal('receipts'),
  conversation_id: z.string(),
  users: z.array(MemberReceipt),
});
export type ReceiptsFrame = Omit<Known<z.infer<typeof ReceiptsFrame>>, 'users'> & { users: MemberReceipt[] };
