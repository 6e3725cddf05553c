import { route, type Route } from '@chat-app/platform';
import { ChangeUserRequest, UserResponse } from '@chat-app/protocol';
import type { Context } from '../context';
import { answerUser } from './answer-user';
import { setUserData } from './sql/set-user-data';

/** `PUT /users/me`: users replace their own custom data, never another's. The same request again changes nothing. */
export function changeUserRoute(context: Context): Route {
  return route({
    method: 'PUT',
    path: '/users/me',
    summary: "Replaces the caller's custom data.",
    access: 'user',
    body: ChangeUserRequest,
    responses: { 200: UserResponse },
    handle: async ({ body, caller }) => answerUser(await setUserData(context.database, caller.userId, body.data)),
  });
}
