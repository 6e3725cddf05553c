import type { Conversations } from '../http/answers';
import type { ConversationList } from './conversation-list';
import type { Names } from './names';
import type { StoreClient } from './store-client';

export interface PageParts {
  readonly client: StoreClient;
  readonly list: ConversationList;
  readonly names: Names;
  /** Whether what arrives in a conversation counts as read. */
  readonly isRead: (conversationId: string) => boolean;
  /** The page is taken in. */
  readonly onTaken: () => void;
  /** Whether the answer counts what came to a conversation meanwhile is not known. */
  readonly onUncertain: (conversationId: string) => void;
  /** The list has changed. */
  readonly onChanged: () => void;
}

/** Reads a page of the server's list and takes it in. @throws ChatError */
export async function readPage(
  { client, list, names, isRead, onTaken, onUncertain, onChanged }: PageParts,
  after: string | undefined,
): Promise<Conversations> {
  const arrived = new Set<string>();
  const unsubscribe = client.on('message', (message) => arrived.add(message.conversation_id));
  try {
    const page = await client.conversations.list(after === undefined ? {} : { after });
    list.page(page.conversations, after === undefined, isRead);
    for (const { recipient_id, last_message } of page.conversations) {
      for (const id of [recipient_id, last_message?.sender_id]) if (id !== undefined) names.want(id);
    }
    onTaken();
    return page;
  } finally {
    unsubscribe();
    for (const id of arrived) onUncertain(id);
    onChanged();
  }
}
