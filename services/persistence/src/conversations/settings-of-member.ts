import type { ConversationSettings } from '@chat-app/protocol';

/** All settings of a member, from those that are kept: what is not kept, or by a later version, is as by default. */
export function settingsOfMember(kept: Record<string, unknown> | null): ConversationSettings {
  const mutedUntil = kept?.['muted_until'];
  const isMuted = typeof mutedUntil === 'string' && Date.parse(mutedUntil) > Date.now();
  return { receipts: kept?.['receipts'] === 'off' ? 'off' : 'on', ...(isMuted && { muted_until: mutedUntil }) };
}
