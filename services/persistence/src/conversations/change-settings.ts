import { route, type Route } from '@chat-app/platform';
import { ChangeSettingsRequest, ConversationPath, ConversationSettings } from '@chat-app/protocol';
import type { Context } from '../context';
import { refusal } from '../refusal';
import { changeAndTell } from './append-events';
import { settingsOfMember } from './settings-of-member';
import { changeSettings } from './sql/change-settings';

/** Changes how a conversation is to the caller. The caller's own devices are told, nobody else is. */
export function changeSettingsRoute(context: Context): Route {
  return route({
    method: 'PATCH',
    path: '/conversations/{conversation_id}/settings',
    summary: 'Changes how a conversation is to the caller alone.',
    access: 'user',
    params: ConversationPath,
    body: ChangeSettingsRequest,
    responses: { 200: ConversationSettings },
    async handle({ caller: { userId }, params: { conversation_id: id }, body }) {
      let kept: Record<string, unknown> | null = null;
      await changeAndTell(context, id, userId, async (transaction, append) => {
        const outcome = await changeSettings(transaction, id, userId, body);
        if (outcome === undefined) throw refusal('unknown_conversation');
        kept = outcome.settings;
        if (outcome.is_changed) await append([{ ...body, kind: 'settings', user_id: userId }]);
      });
      return { status: 200, body: settingsOfMember(kept) };
    },
  });
}
