import type { ConversationResponse, InvitationsResponse } from '@chat-app/protocol';
import { isConversation, isInvitations } from './answers';
import type { Call } from './conversations';

/** The groups to which the user is invited. Until they accept nothing of a group reaches them. Every method throws ChatError. */
export class InvitationsApi {
  constructor(private readonly call: Call) {}

  /** Those that wait for an answer, the newest first. */
  async list(): Promise<InvitationsResponse['invitations']> {
    return (await this.call({ method: 'GET', path: '/invitations', answer: isInvitations })).invitations;
  }

  /** The user is in the group from now on. @throws ChatError unknown_invitation, group_full, too_many_groups */
  accept(conversationId: string): Promise<ConversationResponse> {
    return this.call({ method: 'POST', path: path(conversationId, 'accept'), answer: isConversation });
  }

  /** Nobody may invite the user to this group again. @throws ChatError unknown_invitation */
  async decline(conversationId: string): Promise<void> {
    await this.call({ method: 'POST', path: path(conversationId, 'decline') });
  }
}

function path(conversationId: string, answer: 'accept' | 'decline'): string {
  return `/invitations/${encodeURIComponent(conversationId)}/${answer}`;
}
