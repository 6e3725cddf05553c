import type { UserResponse } from '@chat-app/protocol';
import type { ChatEvents, ConnectionState } from '../events';
import type { BlocksApi } from '../http/blocks';
import type { ConversationsApi } from '../http/conversations';
import type { InvitationsApi } from '../http/invitations';
import type {
  OutboundDeletion,
  OutboundEdit,
  OutboundMessage,
  OutboundReaction,
  SentMessage,
} from '../messages/outgoing';
import type { OutboxEntry } from '../state/outbox';

/** What the store uses of a ChatClient. */
export interface StoreClient {
  readonly userId: string;
  readonly state: ConnectionState;
  readonly pending: readonly OutboxEntry[];
  readonly conversations: Pick<
    ConversationsApi,
    | 'list'
    | 'get'
    | 'history'
    | 'markRead'
    | 'changeSettings'
    | 'createGroup'
    | 'rename'
    | 'members'
    | 'putMember'
    | 'removeMember'
  >;
  readonly invitations: Pick<InvitationsApi, 'list' | 'accept' | 'decline'>;
  readonly blocks: Pick<BlocksApi, 'list' | 'block' | 'unblock'>;
  on<Name extends keyof ChatEvents>(name: Name, listener: (event: ChatEvents[Name]) => void): () => void;
  send(message: OutboundMessage): SentMessage;
  edit(edit: OutboundEdit): SentMessage;
  delete(deletion: OutboundDeletion): SentMessage;
  typing(conversationId: string, active?: boolean): void;
  react(reaction: OutboundReaction): SentMessage;
  watch(userIds: readonly string[]): void;
  findUser(username: string): Promise<UserResponse>;
  getUser(userId: string): Promise<UserResponse>;
}
