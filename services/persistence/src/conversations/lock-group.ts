import type { Queryable } from '@chat-app/database';
import { refusal } from '../refusal';
import { lockConversation } from './sql/lock-group';
import { readRoles, type Roles } from './sql/read-roles';

/** A group as its changer finds it, locked until the transaction ends. */
export interface LockedGroup extends Roles {
  caller_role: 'owner' | 'member';
}

/**
 * Locks a group and reads what caller and target are to it. Every change of a group begins here, so changes of one group
 * come one after another, and none comes between a batch's membership check and its commit.
 * @throws HttpError unknown_conversation where the caller is not a member; forbidden for a direct conversation
 */
export async function lockGroup(
  transaction: Queryable,
  conversationId: string,
  callerId: string,
  targetId: string,
): Promise<LockedGroup> {
  const kind = await lockConversation(transaction, conversationId);
  const roles = await readRoles(transaction, conversationId, callerId, targetId);
  if (kind === undefined || roles.caller_role === null) throw refusal('unknown_conversation');
  if (kind === 'direct') throw refusal('forbidden', 'A direct conversation cannot be changed.');
  return { ...roles, caller_role: roles.caller_role };
}

/** @throws HttpError forbidden */
export function requireOwner(group: LockedGroup): void {
  if (group.caller_role !== 'owner') throw refusal('forbidden');
}
