import { route, type Route } from '@chat-app/platform';
import { ChangeUserSettingsRequest, UserSettings } from '@chat-app/protocol';
import type { Context } from '../context';
import { hideLastSeen } from './sql/hide-last-seen';
import { hidesLastSeen } from './sql/hides-last-seen';

/** How the caller is to others: whether they are told when the caller was here last. */
export function ownSettingsRoutes({ database }: Context): Route[] {
  const settingsOf = async (userId: string): Promise<UserSettings> => ({
    last_seen: (await hidesLastSeen(database, userId)) ? 'off' : 'on',
  });
  const read = route({
    method: 'GET',
    path: '/settings',
    summary: 'How the caller is to others.',
    access: 'user',
    responses: { 200: UserSettings },
    async handle({ caller }) {
      return { status: 200, body: await settingsOf(caller.userId) };
    },
  });
  const change = route({
    method: 'PATCH',
    path: '/settings',
    summary: 'Changes how the caller is to others.',
    access: 'user',
    body: ChangeUserSettingsRequest,
    responses: { 200: UserSettings },
    async handle({ caller: { userId }, body: { last_seen } }) {
      if (last_seen !== undefined) await hideLastSeen(database, userId, last_seen === 'off');
      return { status: 200, body: await settingsOf(userId) };
    },
  });
  return [read, change];
}
