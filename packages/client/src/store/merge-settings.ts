import type { ConversationSettings } from '@chat-app/protocol';
import type { ConversationSettingsChange } from '../events';

/** Settings after a change of some of them: what is absent stays as it was. */
export function mergeSettings(
  settings: ConversationSettings | undefined,
  { receipts }: Pick<ConversationSettingsChange, 'receipts'>,
): ConversationSettings {
  return { receipts: receipts ?? settings?.receipts ?? 'on' };
}
