import { setTimeout as sleep } from 'node:timers/promises';
import { route, type Route } from '@chat-app/platform';
import { ReadRequest, ConversationPath } from '@chat-app/protocol';
import type { Context } from '../context';
import { refusal } from '../refusal';
import { changeAndTell } from '../conversations/append-events';
import { BoundWaiting } from './bound-waiting';
import { moveReadMarker, type MarkReadOutcome } from './sql/mark-read';

/** A conversation begins with its first message: whoever reads that live may be here before it is stored. */
const OPENING_MS = 2_000;
const RETRY_MS = 100;
/** Calls of one user that may wait so, on this pod. */
const WAITING_PER_CALLER = 2;

/**
 * Moves the caller's reading position of a conversation forward; what counts as unread follows from it. A live message is
 * shown before it is stored, so the marker is kept for one that is not there yet. A marker that moved is told to the caller's
 * own devices, and to the other members as a receipt.
 */
export function markReadRoute(context: Context): Route {
  const waiting = new BoundWaiting(WAITING_PER_CALLER, 'too many conversations that are not there yet', OPENING_MS);
  return route({
    method: 'PUT',
    path: '/conversations/{conversation_id}/read',
    summary: 'The caller has read up to and including this message.',
    access: 'user',
    params: ConversationPath,
    body: ReadRequest,
    responses: { 204: null },
    async handle({ caller, params, body, signal }) {
      const mark = () => moveAndTell(context, params.conversation_id, caller.userId, body.message_id);
      if (!(await mark())) await waiting.run(caller.userId, () => markSoon(mark, signal));
      return { status: 204 };
    },
  });
}

/** @throws HttpError unknown_conversation, unknown_message; the signal's reason where the caller is gone */
async function markSoon(mark: () => Promise<boolean>, signal: AbortSignal): Promise<void> {
  for (const end = performance.now() + OPENING_MS; performance.now() < end;) {
    await sleep(RETRY_MS, undefined, { signal });
    if (await mark()) return;
  }
  throw refusal('unknown_conversation');
}

/**
 * A marker that moved is an entry of the reader's inbox: their other devices learn of it. False where the caller is in no such
 * conversation. @throws HttpError unknown_message
 */
async function moveAndTell(
  context: Context,
  conversationId: string,
  userId: string,
  messageId: string,
): Promise<boolean> {
  let outcome: MarkReadOutcome = 'read';
  await changeAndTell(context, conversationId, userId, async (transaction, append) => {
    outcome = await moveReadMarker(transaction, conversationId, userId, messageId);
    if (outcome === 'moved') await append([{ kind: 'read', user_id: userId, message_id: messageId }]);
  });
  return told(context, conversationId, userId, outcome);
}

function told(context: Context, conversationId: string, userId: string, outcome: MarkReadOutcome): boolean {
  if (outcome === 'of_another_conversation') throw refusal('unknown_message');
  if (outcome === 'moved') context.receipts.read(conversationId, userId);
  return outcome !== 'not_a_member';
}
