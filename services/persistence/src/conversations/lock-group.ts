import { encodeEnvelope, userChannel, type MembershipEnvelope } from '@chat-app/protocol';
import type { Queryable } from '@chat-app/database';
import { refusal, type Context } from '../context';
import { ADD_MEMBERSHIP_ENTRIES, type AddMembershipEntriesRow } from './sql/add-membership-entries';
import { LOCK_GROUP, type LockGroupRow } from './sql/lock-group';
import { LOCK_INBOXES } from './sql/lock-inboxes';
import { READ_ROLES, type ReadRolesRow } from './sql/read-roles';

export type MembershipChange = MembershipEnvelope['change'];

const ENTRY_KINDS = { joined: 1, left: 2 } as const satisfies Record<MembershipChange, number>;

/** A group as its changer finds it, held still until the transaction ends. */
export interface LockedGroup extends ReadRolesRow {
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
  const [conversation] = await transaction.query<LockGroupRow>(LOCK_GROUP, [conversationId]);
  const [roles] = await transaction.query<ReadRolesRow>(READ_ROLES, [conversationId, callerId, targetId]);
  if (conversation === undefined || roles === undefined || roles.caller_role === null) {
    throw refusal('unknown_conversation');
  }
  if (conversation.kind === 'direct') throw refusal('forbidden', 'A direct conversation cannot be changed.');
  return { ...roles, caller_role: roles.caller_role };
}

/** @throws HttpError forbidden */
export function requireOwner(group: LockedGroup): void {
  if (group.caller_role !== 'owner') throw refusal('forbidden');
}

/** Writes the change into the inboxes of those concerned, within the transaction that makes it. */
export async function appendMembershipEntries(
  transaction: Queryable,
  conversationId: string,
  change: MembershipChange,
  userIds: readonly string[],
): Promise<readonly MembershipEnvelope[]> {
  await transaction.query(LOCK_INBOXES, [userIds]);
  const rows = await transaction.query<AddMembershipEntriesRow>(ADD_MEMBERSHIP_ENTRIES, [
    userIds,
    ENTRY_KINDS[change],
    conversationId,
  ]);
  return rows.map(({ user_id, seq }) => ({
    kind: 'membership',
    user_id,
    conversation_id: conversationId,
    change,
    seq,
  }));
}

/** Tells the users' pods, after the commit. A notice that is lost is found by the sweep: the entry stays. */
export async function announceChange(
  { fanout, metrics }: Context,
  envelopes: readonly MembershipEnvelope[],
): Promise<void> {
  const sent = await Promise.allSettled(
    envelopes.map((envelope) => fanout.publish(userChannel(envelope.user_id), encodeEnvelope(envelope))),
  );
  const lost = sent.filter(({ status }) => status === 'rejected').length;
  if (lost > 0) metrics.lostNotices.inc({}, lost);
}
