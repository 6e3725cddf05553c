import { route, type Route } from '@chat-app/platform';
import {
  BlockPath,
  BlocksResponse,
  directConversationId,
  LIMITS,
  userChannel,
  writeEnvelope,
} from '@chat-app/protocol';
import { changeAndTell } from '../conversations/append-events';
import type { Context } from '../context';
import { refusal } from '../refusal';
import { publishAll } from '../storing/announce-stored';
import { endInvitationsBetween } from './sql/end-invitations';
import { listBlocks } from './sql/list-blocks';
import { lockInboxes } from './sql/lock-inboxes';
import { putBlock } from './sql/put-block';
import { removeBlock } from './sql/remove-block';

/** Whom the caller blocks. While one of two blocks the other, neither writes to the other directly. */
export function blockRoutes(context: Context): Route[] {
  const { authentication, database } = context;
  const put = route({
    method: 'PUT',
    path: '/blocks/{user_id}',
    summary: 'Blocks a user.',
    access: 'user',
    params: BlockPath,
    responses: { 204: null },
    async handle({ caller, params: { user_id: other } }) {
      if (other === caller.userId) throw refusal('invalid_request', 'user_id: nobody blocks themselves');
      if ((await authentication.findUnknownUsers([other])).length > 0) throw refusal('unknown_user');
      await setBlock(context, caller.userId, other, true);
      return { status: 204 };
    },
  });
  const remove = route({
    method: 'DELETE',
    path: '/blocks/{user_id}',
    summary: 'Blocks a user no longer.',
    access: 'user',
    params: BlockPath,
    responses: { 204: null },
    async handle({ caller, params: { user_id: other } }) {
      await setBlock(context, caller.userId, other, false);
      return { status: 204 };
    },
  });
  const list = route({
    method: 'GET',
    path: '/blocks',
    summary: 'Whom the caller blocks, the newest first.',
    access: 'user',
    responses: { 200: BlocksResponse },
    async handle({ caller }) {
      const rows = await listBlocks(database, caller.userId);
      return {
        status: 200,
        body: { blocks: rows.map(({ user_id, at }) => ({ user_id, blocked_at: at.toISOString() })) },
      };
    },
  });
  return [put, remove, list];
}

/**
 * A change is an entry of the caller's inbox: their devices learn of it. The pods of both learn that something changed. What one
 * of the two invited the other to, and is not answered, is over with a block.
 */
async function setBlock(context: Context, userId: string, otherId: string, blocked: boolean): Promise<void> {
  const { budgets, fanout, metrics } = context;
  const conversationId = directConversationId(userId, otherId);
  let changed = false;
  await changeAndTell(context, conversationId, userId, async (transaction, append) => {
    // Before the inboxes: who accepts an invitation locks in this order too.
    const ended = blocked ? await endInvitationsBetween(transaction, userId, otherId) : [];
    // Before the block: a batch that is being stored is wholly before it or wholly after it.
    await lockInboxes(transaction, ended.length > 0 ? [userId, otherId] : [userId]);
    changed = blocked
      ? await putBlock(transaction, userId, otherId, conversationId)
      : await removeBlock(transaction, userId, otherId);
    if (!changed) return;
    if (blocked && (await listBlocks(transaction, userId)).length > LIMITS.blocks) {
      throw refusal('too_many_blocks', `You block ${LIMITS.blocks} users, as many as a user may.`);
    }
    budgets.takeRows(userId, 1 + ended.length);
    await append([{ kind: 'blocked', user_id: userId, blocked_user_id: otherId, blocked }]);
    for (const { conversation_id, user_id } of ended) await append([{ kind: 'uninvited', user_id }], conversation_id);
  });
  if (!changed) return;
  const notices = [userId, otherId].map((user_id) => ({
    channel: userChannel(user_id),
    text: writeEnvelope({ kind: 'blocks_changed', user_id }),
  }));
  const lost = await publishAll(fanout, notices);
  if (lost > 0) metrics.lostNotices.inc({}, lost);
}
