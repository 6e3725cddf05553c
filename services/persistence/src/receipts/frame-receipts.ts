import { groupBy } from '@chat-app/platform';
import { conversationChannel, userChannel, writeState, type MemberReceipt } from '@chat-app/protocol';
import { receiptOf } from './receipt-of';
import type { MovedReceipt } from './sql/find-moved-receipts';

/**
 * One frame a conversation, whatever the number of its members who moved, and the channels that it goes to: that of a group, or
 * that of the other user of a direct conversation. Whoever keeps their own receipts is not told of others'.
 */
export function frameReceipts(moved: readonly MovedReceipt[]): { channel: string; text: string }[] {
  const told = moved.filter((one) => toReceipt(one) !== undefined);
  const conversations = groupBy(told, (one) => one.conversation_id);
  return [...conversations.values()].flatMap((members) => {
    const [first] = members;
    if (first === undefined) return [];
    return first.is_group ? [ofGroup(first, members)] : members.flatMap(ofDirect);
  });
}

function ofGroup({ conversation_id, silent_ids }: MovedReceipt, members: readonly MovedReceipt[]) {
  return { channel: conversationChannel(conversation_id), text: write(conversation_id, members, silent_ids) };
}

function ofDirect(member: MovedReceipt): { channel: string; text: string }[] {
  const { conversation_id, user_ids, silent_ids, user_id } = member;
  const told = user_ids.filter((id) => id !== user_id && !silent_ids.includes(id));
  return told.map((id) => ({ channel: userChannel(id), text: write(conversation_id, [member], []) }));
}

function write(conversation_id: string, members: readonly MovedReceipt[], not_for: string[]): string {
  const users = members.flatMap((one) => toReceipt(one) ?? []);
  return writeState({ type: 'receipts', conversation_id, users }, not_for.length > 0 ? { not_for } : {});
}

/** Undefined where there is nothing to tell. */
function toReceipt(moved: MovedReceipt): MemberReceipt | undefined {
  const receipt = receiptOf(moved);
  return receipt.received === undefined && receipt.read === undefined ? undefined : receipt;
}
