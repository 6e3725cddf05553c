import type { ConnectionStatus } from '@chat-app/client';
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
