export { ChatStore, type ChatStoreOptions } from './chat-store';
export type { Observable } from './observable';
export type { ReactionView } from './reactions';
export type { StoreClient } from './store-client';
export type {
  ConversationView,
  GapView,
  InvitationView,
  ListStatus,
  MessageView,
  TimelineItem,
  TimelineView,
} from './views';
