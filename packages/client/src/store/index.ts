export { ChatStore, type ChatStoreOptions, type ListStatus } from './chat-store';
export type { Observable } from './observable';
export type { StoreClient } from './store-client';
export type { ConversationView, GapView, MessageView, TimelineItem, TimelineView } from './views';
