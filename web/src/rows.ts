import type { GapView, MessageView, TimelineView } from '@chat-app/client/store';
import { dayOf } from './dates';

/** One row of the list of messages. */
export type Row =
  | { readonly kind: 'day'; readonly key: string; readonly at: string }
  | { readonly kind: 'gap'; readonly key: string; readonly gap: GapView }
  | { readonly kind: 'begin'; readonly key: string }
  | { readonly kind: 'message'; readonly key: string; readonly message: MessageView; readonly isFirst: boolean };

/** Messages further apart are shown with their sender again. */
const GROUP_MS = 5 * 60_000;

/** The rows of a timeline: days between messages, and which message begins a group of one sender. */
export function rowsOf({ items }: TimelineView): Row[] {
  const rows: Row[] = [];
  let before: MessageView | undefined;
  let day: string | undefined;
  for (const item of items) {
    if (item.kind === 'gap') {
      rows.push({ kind: 'gap', key: `gap ${item.gap.gap_id}`, gap: item.gap });
      before = undefined;
      day = undefined;
      continue;
    }
    const { message } = item;
    if (rows.length === 0) rows.push({ kind: 'begin', key: 'begin' });
    const today = message.sent_at === undefined ? day : dayOf(message.sent_at);
    if (today !== day && message.sent_at !== undefined) {
      rows.push({ kind: 'day', key: `day ${message.message_id}`, at: message.sent_at });
      before = undefined;
      day = today;
    }
    rows.push({ kind: 'message', key: message.message_id, message, isFirst: !continues(before, message) });
    before = message;
  }
  return rows;
}

function continues(before: MessageView | undefined, message: MessageView): boolean {
  if (before?.sender_id !== message.sender_id) return false;
  if (before.sent_at === undefined || message.sent_at === undefined) return true;
  return Math.abs(Date.parse(message.sent_at) - Date.parse(before.sent_at)) < GROUP_MS;
}
