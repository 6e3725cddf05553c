import type { ConversationResponse } from '@chat-app/protocol';
import type { Conversations } from '../http/answers';
import type { ConversationList } from './conversation-list';
import type { Names } from './names';
import type { StoreClient } from './store-client';
import type { UnreadCounts } from './unread-counts';

export interface PageParts {
  readonly client: StoreClient;
  readonly list: ConversationList;
  readonly names: Names;
  readonly counts: UnreadCounts;
  /** Takes in how much of it is unread. @param askedAt when the server was asked for it */
  readonly takeUnread: (answer: ConversationResponse, askedAt: number) => void;
  /** The page is taken in. */
  readonly onTaken: () => void;
  /** The list has changed. */
  readonly onChanged: () => void;
}

/** Reads a page of the server's list and takes it in. @throws ChatError */
export async function readPage(
  { client, list, names, counts, takeUnread, onTaken, onChanged }: PageParts,
  after: string | undefined,
): Promise<Conversations> {
  const askedAt = counts.ask();
  try {
    const page = await client.conversations.list(after === undefined ? {} : { after });
    list.page(page.conversations, after === undefined);
    for (const answer of page.conversations) {
      takeUnread(answer, askedAt);
      for (const id of [answer.recipient_id, answer.last_message?.sender_id]) if (id !== undefined) names.want(id);
    }
    onTaken();
    return page;
  } finally {
    onChanged();
  }
}
