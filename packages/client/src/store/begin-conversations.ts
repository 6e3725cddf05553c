import { directConversationId } from '@chat-app/protocol/pure';
import type { ConversationList } from './conversation-list';
import type { Names } from './names';
import type { StoreClient } from './store-client';

/** What a conversation is begun with. */
export interface BeginningParts {
  readonly client: StoreClient;
  readonly list: ConversationList;
  readonly names: Names;
  /** The list has changed. */
  readonly onChanged: () => void;
}

/** The conversation with a user of this name, put into the list. @throws ChatError unknown_user */
export async function openDirect(parts: BeginningParts, username: string): Promise<string> {
  return openDirectWith(parts, await parts.client.findUser(username));
}

/** The conversation with this user, put into the list. */
export function openDirectWith(
  { client, list, names, onChanged }: BeginningParts,
  { user_id, username }: { user_id: string; username: string },
): string {
  names.set(user_id, username);
  const id = directConversationId(client.userId, user_id);
  list.ensure(id, user_id);
  onChanged();
  return id;
}

/** Creates a group of these users, by name, and puts it first. @throws ChatError unknown_user, invalid_request … */
export async function createGroup(
  { client, list, names, onChanged }: BeginningParts,
  title: string,
  usernames: readonly string[],
): Promise<string> {
  const users = await Promise.all(usernames.map((name) => client.findUser(name)));
  for (const user of users) names.set(user.user_id, user.username);
  const ids = users.map((user) => user.user_id).filter((id) => id !== client.userId);
  const answer = await client.conversations.createGroup(title, [...new Set(ids)]);
  list.describe(answer);
  list.bump(answer.conversation_id);
  onChanged();
  return answer.conversation_id;
}
