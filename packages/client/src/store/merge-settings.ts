import type { ConversationSettings } from '@chat-app/protocol';
import type { ConversationSettingsChange } from '../events';

/** Settings after a change of some of them: what is absent stays as it was. */
export function mergeSettings(
  settings: ConversationSettings | undefined,
  { receipts, muted_until }: Pick<ConversationSettingsChange, 'receipts' | 'muted_until'>,
): ConversationSettings {
  const muted = muted_until === undefined ? settings?.muted_until : (muted_until ?? undefined);
  return { receipts: receipts ?? settings?.receipts ?? 'on', ...(muted !== undefined && { muted_until: muted }) };
}
