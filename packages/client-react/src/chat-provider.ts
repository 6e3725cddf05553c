import type { ChatStore } from '@chat-app/client/store';
import { createContext, createElement, useContext, type ReactNode } from 'react';

const ChatContext = createContext<ChatStore | undefined>(undefined);

export interface ChatProviderProps {
  /** What useChat gave, or a store of one's own making. */
  readonly store: ChatStore;
  readonly children?: ReactNode;
}

/** Gives a store to the hooks below it. The store stays its maker's: unmounting releases nothing. */
export function ChatProvider({ store, children }: ChatProviderProps): ReactNode {
  return createElement(ChatContext.Provider, { value: store }, children);
}

/** The store of this part of the page, for everything that one does. @throws Error outside of a ChatProvider */
export function useChatStore(): ChatStore {
  const store = useContext(ChatContext);
  if (store === undefined) throw new Error('there is no <ChatProvider> around this component');
  return store;
}
