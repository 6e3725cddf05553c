export { ChatProvider, useChatStore, type ChatProviderProps } from './chat-provider';
export { useChat, type Chat, type OpenClient, type OpeningChat } from './use-chat';
export {
  useConnection,
  useConversation,
  useConversations,
  useListStatus,
  usePresence,
  useTyping,
  useUserName,
  type Presence,
} from './use-conversations';
export { useActiveConversation, useDraft, useMessages, type Messages } from './use-messages';
export { useObservable } from './use-observable';
