import type { Queryable, Statement } from '@chat-app/database';

/** What is null is taken away: its default holds again. No row where the user is not a member. */
const CHANGE_SETTINGS: Statement = {
  name: 'change_settings',
  text: `
with before as (
  select coalesce(m.settings, '{}') as settings from chat.members m
  where m.conversation_id = $1 and m.user_id = $2 for update
), wanted as (
  select b.settings, jsonb_strip_nulls(b.settings || $3::jsonb) as changed from before b
), changed as (
  update chat.members m set settings = w.changed from wanted w
  where m.conversation_id = $1 and m.user_id = $2 and w.changed <> w.settings
  returning m.user_id
)
select w.changed as settings, exists (select from changed) as is_changed from wanted w`,
};

/** Settings of a member after a change, by name, and whether it changed any; undefined where the user is not a member. */
export async function changeSettings(
  on: Queryable,
  conversationId: string,
  userId: string,
  change: object,
): Promise<{ settings: Record<string, unknown>; is_changed: boolean } | undefined> {
  const values = [conversationId, userId, JSON.stringify(change)];
  const [row] = await on.query<{ settings: Record<string, unknown>; is_changed: boolean }>(CHANGE_SETTINGS, values);
  return row;
}
