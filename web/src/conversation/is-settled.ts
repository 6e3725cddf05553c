import type { MessageView } from '@chat-app/client/store';

/** Whether a message is one that others have, or will: it can be answered, changed and reacted to. */
export function isSettled({ state, deleted_at }: Pick<MessageView, 'state' | 'deleted_at'>): boolean {
  return state !== 'sending' && state !== 'failed' && deleted_at === undefined;
}
