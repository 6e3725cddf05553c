export { createChatClient } from './create-chat-client';
export { ChatClient } from './chat-client';
export * from './events';
export * from './errors';
export type { ChatClientOptions, Identity } from './options';
export type { AddressOptions } from './addresses';
export type { ChatStorage } from './storage';
export type {
  OutboundDeletion,
  OutboundEdit,
  OutboundMessage,
  OutboundReaction,
  SentMessage,
} from './messages/outgoing';
export type { OutboxEntry } from './state/outbox';
export type { BackoffOptions } from '@chat-app/timing';
export {
  register,
  login,
  refresh,
  logout,
  findUser,
  getUser,
  type HttpOptions,
  type Session,
} from './http/authentication';
export { newAttemptId } from './session/attempt-id';
export { ConversationsApi, type SettingsChange } from './http/conversations';
export { BlocksApi } from './http/blocks';
export { InvitationsApi } from './http/invitations';
export { SessionsApi } from './http/sessions';
export { SettingsApi } from './http/settings';
export type { Blocks, Conversations, Directory, History, Members } from './http/answers';
export { directConversationId } from '@chat-app/protocol/pure';
