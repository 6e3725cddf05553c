import type { UserResponse } from '@chat-app/protocol';
import { refusal } from '../refusal';
import type { User } from './sql/find-user';

/** The answer that shows a user. @throws HttpError unknown_user */
export function answerUser(user: User | undefined): { status: 200; body: UserResponse } {
  if (user === undefined) throw refusal('unknown_user', 'there is no such user');
  const { id, username, data } = user;
  return { status: 200, body: { user_id: id, username, ...(data !== null && { data }) } };
}
