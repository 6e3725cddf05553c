import { directConversationId, LIMITS } from '@chat-app/protocol';
import type { Queryable } from '@chat-app/database';
import type { InvitationPolicy } from '../configuration';
import { refusal } from '../refusal';
import { readInvitees, type Invitee } from './sql/read-invitees';

/** Who of those that an owner names is in the group at once, and who is asked first. */
export interface Admission {
  atOnce: string[];
  invited: string[];
}

/**
 * Divides users whom an owner wants in a group. One who left by themselves is always asked; the others as the operator's
 * policy says. All of it is refused where one of them may not even be asked.
 * @throws HttpError declined: one of them does not want to be in it; too_many_invitations: one of them has too many that wait
 */
export async function admitUsers(
  transaction: Queryable,
  policy: InvitationPolicy,
  conversationId: string,
  inviterId: string,
  userIds: readonly string[],
): Promise<Admission> {
  const users = userIds.map((user_id) => ({ user_id, direct_id: directConversationId(inviterId, user_id) }));
  const invitees = users.length === 0 ? [] : await readInvitees(transaction, conversationId, inviterId, users);
  const admission: Admission = { atOnce: [], invited: [] };
  for (const invitee of invitees) {
    if (invitee.refuses) throw refusal('declined', `${invitee.user_id} does not want to be in this group.`);
    const asks = invitee.has_left || mustAsk(policy, invitee);
    if (asks) requireRoomForInvitation(invitee);
    (asks ? admission.invited : admission.atOnce).push(invitee.user_id);
  }
  return admission;
}

function mustAsk(policy: InvitationPolicy, { has_written }: Invitee): boolean {
  switch (policy) {
    case 'at_once':
      return false;
    case 'ask_strangers':
      return !has_written;
    case 'ask_everyone':
      return true;
  }
}

function requireRoomForInvitation({ user_id, is_invited, of_all, of_inviter }: Invitee): void {
  if (is_invited || (of_all < LIMITS.invitations && of_inviter < LIMITS.invitationsOfOne)) return;
  throw refusal('too_many_invitations', `${user_id} has too many invitations that wait for an answer.`);
}
