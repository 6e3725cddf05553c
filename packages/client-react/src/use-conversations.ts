import type { ConnectionStatus, PresenceState } from '@chat-app/client';
import type { ConversationView, ListStatus } from '@chat-app/client/store';
import { useEffect } from 'react';
import { useChatStore } from './chat-provider';
import { useObservable } from './use-observable';

/** The user's conversations, newest activity first. */
export function useConversations(): readonly ConversationView[] {
  return useObservable(useChatStore().conversations);
}

/** Whether the list was read, and whether there is more of it: `store.loadMore()` reads that. */
export function useListStatus(): ListStatus {
  return useObservable(useChatStore().listStatus);
}

/** One conversation of the list; undefined where it is not known. */
export function useConversation(conversationId: string): ConversationView | undefined {
  return useConversations().find((one) => one.conversation_id === conversationId);
}

const NOBODY: readonly string[] = [];

/** Who else writes something in a conversation now, by id. The user's own typing is said by what changes the draft. */
export function useTyping(conversationId: string): readonly string[] {
  return useObservable(useChatStore().typing).get(conversationId) ?? NOBODY;
}

/** Whether a user is there, and when they were here last where they are not and let others know. */
export interface Presence {
  /** Undefined until it is known, and of those with whom one shares no conversation. */
  readonly state: PresenceState | undefined;
  /** RFC 3339. */
  readonly lastSeenAt: string | undefined;
}

/** Whether a user is there, watched for as long as the component shows it. */
export function usePresence(userId: string): Presence {
  const store = useChatStore();
  useEffect(() => store.showPresence([userId]), [store, userId]);
  const state = useObservable(store.presence).get(userId);
  const lastSeenAt = useObservable(store.lastSeen).get(userId);
  return { state, lastSeenAt };
}

/** The connection, as it is now. */
export function useConnection(): ConnectionStatus {
  return useObservable(useChatStore().connection);
}

/** The name of a user; undefined until it is known. */
export function useUserName(userId: string): string | undefined {
  const store = useChatStore();
  useEffect(() => store.wantName(userId), [store, userId]);
  return useObservable(store.userNames).get(userId);
}
