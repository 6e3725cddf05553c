/** Puts the store together: in the order in which its parts need each other, each given what it uses and no more. */
import type { ConversationResponse } from '@chat-app/protocol';
import type { ChatStorage } from '../storage';
import { ActiveConversation } from './active-conversation';
import { Blocks } from './blocks';
import { ConversationList } from './conversation-list';
import { EventFollower } from './follow-events';
import { Invitations } from './invitations';
import { ListKeeper } from './keep-list';
import { ReadMarkers } from './mark-read';
import { Names } from './names';
import { Derived } from './observable';
import { OwnSettings } from './own-settings';
import { OwnWriting } from './own-writing';
import { ListReader } from './read-list';
import { readPage } from './read-page';
import { ReceiptReader } from './receipt-reader';
import { ConversationRefresher } from './refresh-conversations';
import { SavedTexts } from './saved-texts';
import { Signals } from './signals';
import type { StoreClient } from './store-client';
import { Timelines } from './timelines';
import { UnreadCounts } from './unread-counts';
import type { ConversationView } from './views';

export interface ChatStoreOptions {
  /** Keeps drafts and refused messages over restarts: a synchronous one, as `localStorage` is. By default nothing. */
  storage?: ChatStorage;
  /** Messages that one read of the history asks for. Default 50. */
  pageSize?: number;
  /**
   * So often it is asked what changed in the conversation that the user looks at, milliseconds: a state that was lost on its way
   * is missed by nobody else. Default 60,000.
   */
  changesEveryMs?: number;
}

/** What the store asks, tells and releases. */
export interface StoreParts {
  list: ConversationList;
  listView: Derived<readonly ConversationView[]>;
  timelines: Timelines;
  texts: SavedTexts;
  names: Names;
  markers: ReadMarkers;
  writing: OwnWriting;
  settings: OwnSettings;
  invitations: Invitations;
  blocks: Blocks;
  signals: Signals;
  active: ActiveConversation;
  refresher: ConversationRefresher;
  reader: ListReader;
  events: EventFollower;
}

export function assembleStore(client: StoreClient, options: ChatStoreOptions): StoreParts {
  const list = new ConversationList(client.userId);
  const counts = new UnreadCounts();
  const texts = new SavedTexts(options.storage, client.userId, (id) => list.get(id)?.recipient_id);
  const listView = new Derived(() =>
    list.views(
      (id) => texts.draft(id),
      (id) => counts.of(id),
    ),
  );
  const onChanged = (): void => listView.changed();
  const names = new Names(async (userId) => (await client.getUser(userId)).username);
  const wantName = (userId: string): void => names.want(userId);
  const isDirect = (id: string): boolean => list.get(id)?.kind === 'direct';
  const timelines = new Timelines(client, options, isDirect);

  // What the user looks at, what is read of it, and what the server says of conversations.
  const markRead = async (id: string, messageId: string): Promise<void> => {
    await client.conversations.markRead(id, messageId);
    counts.marked(id);
  };
  const markers: ReadMarkers = new ReadMarkers(markRead, isDirect, (id) => refresher.marked(id));
  const receipts = new ReceiptReader(client, timelines, (id) => list.get(id)?.kind === 'group');
  const active: ActiveConversation = new ActiveConversation({
    ...{ list, timelines, names, counts, markers, receipts, onChanged },
  });
  const refresher: ConversationRefresher = new ConversationRefresher({
    ...{ client, list, names, counts, markers, active, onChanged },
  });
  const keeper = new ListKeeper(list, timelines, counts, refresher, onChanged);
  const page = {
    ...{ client, list, names, counts, onChanged },
    takeUnread: (answer: ConversationResponse, askedAt: number) => refresher.takeUnread(answer, askedAt),
    // What is in view was not marked before somebody knew that it is unread.
    onTaken: () => active.markUnread(),
  };
  const reader = new ListReader((after) => readPage(page, after));

  // What the user does, and what others do.
  const invitations = new Invitations(client.invitations, wantName);
  const blocks = new Blocks(client.blocks);
  const settings = new OwnSettings(client, list, receipts, onChanged);
  const signals = new Signals(client, listView, wantName);
  const writing = new OwnWriting({
    ...{ client, list, texts, wantName },
    timelineOf: (id) => timelines.of(id),
    onActivity: (id) => keeper.activity(id),
    onTouch: (id) => keeper.touch(id),
    onAmended: (id, amendment, event) => keeper.amended(id, amendment, event),
  });
  const events = new EventFollower({
    ...{ client, list, timelines, names, counts, markers, active, refresher, keeper, reader, writing },
    ...{ receipts, settings, invitations, blocks, onChanged },
  });
  return {
    ...{ list, listView, timelines, texts, names, markers, writing, settings, invitations, blocks, signals },
    ...{ active, refresher, reader, events },
  };
}
