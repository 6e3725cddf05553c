import type { ConversationSettings } from '@chat-app/protocol';

/** All settings of a member, from those that are kept: what is not kept, or by a later version, is as by default. */
export function settingsOfMember(kept: Record<string, unknown> | null): ConversationSettings {
  return { receipts: kept?.['receipts'] === 'off' ? 'off' : 'on' };
}
