import type { ConversationView } from '@chat-app/client/store';

/** For ever, as far as anybody waits: the server keeps a time. */
const FOR_EVER = '9999-12-31T23:59:59.999Z';
const HOUR_MS = 3_600_000;

/** Until when a conversation may be muted. */
export const MUTE_UNTIL = {
  hour: () => new Date(Date.now() + HOUR_MS).toISOString(),
  day: () => new Date(Date.now() + 24 * HOUR_MS).toISOString(),
  ever: () => FOR_EVER,
} as const;

/** Whether one does not want to be told of what happens in a conversation. */
export function isMuted({ settings }: ConversationView): boolean {
  return settings?.muted_until !== undefined && Date.parse(settings.muted_until) > Date.now();
}
