import type { Queryable } from '@chat-app/database';
import type { HttpError } from '@chat-app/platform';
import { refusal } from '../refusal';
import { findExpiredBefore } from './sql/find-expired-before';

/**
 * Why there is no such message in a conversation. Of one that was removed for its age nothing is left that says that it was there:
 * where others of the conversation were, it is taken for one of them.
 */
export async function refuseUnknown(on: Queryable, conversationId: string): Promise<HttpError> {
  const expiredBefore = await findExpiredBefore(on, conversationId);
  return refusal(expiredBefore === undefined ? 'unknown_message' : 'message_expired');
}
