import { route, type Route } from '@chat-app/platform';
import { KnownUsername, UserResponse, Uuid } from '@chat-app/protocol';
import { z } from 'zod';
import type { Context } from '../context';
import { refuseThrottled } from '../throttling/refuse-throttled';
import { answerUser } from './answer-user';
import { findUser } from './sql/find-user';
import { findUserByName } from './sql/find-user-by-name';
import { nameKeys } from './username-key';

/** `GET /users/{user_id}` and `GET /users?username=`: who is who, for users who are logged in. */
export function lookUpUserRoutes(context: Context): Route[] {
  const byId = route({
    method: 'GET',
    path: '/users/{user_id}',
    summary: 'A user by id.',
    access: 'user',
    params: z.object({ user_id: Uuid }),
    responses: { 200: UserResponse },
    handle: async ({ params }) => answerUser(await findUser(context.database, params.user_id)),
  });
  const byName = route({
    method: 'GET',
    path: '/users',
    summary: 'A user by name, whatever its case.',
    access: 'user',
    query: z.object({ username: KnownUsername }),
    responses: { 200: UserResponse },
    async handle({ query, caller }) {
      refuseThrottled(context, 'lookups', context.lookups.take(caller.userId, context.now()));
      return answerUser(await findUserByName(context.database, nameKeys(query.username)));
    },
  });
  return [byId, byName];
}
