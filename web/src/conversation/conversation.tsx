import type { MessageView } from '@chat-app/client/store';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { useChat } from '../context';
import { GroupDetails } from '../group/group-details';
import { titleOf } from '../list/conversation-entry';
import { sentence } from '../sentence';
import { t } from '../texts';
import { TypingLine } from '../typing';
import { useObservable } from '../use-observable';
import { ActionsContext } from './actions';
import { Composer, type About } from './composer';
import { ConversationHeader } from './conversation-header';
import { ConversationSettings } from './conversation-settings';
import { isSettled } from './is-settled';
import { keptEdit } from './kept-edit';
import { MessageList } from './message-list';
import { RefusedReaction } from './refused-reaction';

/** The open conversation: who it is with, its messages, and where one writes. */
export function Conversation({ id }: { id: string }) {
  const { client, store } = useChat();
  const conversations = useObservable(store.conversations);
  const status = useObservable(store.listStatus);
  const names = useObservable(store.userNames);
  const blocked = useObservable(store.blocked);
  const [showsDetails, setShowsDetails] = useState(false);
  const [showsSettings, setShowsSettings] = useState(false);
  const [about, setAbout] = useState<About>();
  // Of before the page was left: gone on with once its message is there, where nothing else was begun or written meanwhile.
  const [kept, setKept] = useState(() => keptEdit(client.userId, id));
  const turnTo = (next: About): void => {
    setKept(undefined);
    setAbout(next);
  };
  const conversation = conversations.find((one) => one.conversation_id === id);
  const isOwner = conversation?.kind === 'group' && conversation.role === 'owner';
  const timeline = useObservable(store.timeline(id));
  const actions = useMemo(() => {
    const messages = new Map(
      timeline.items.flatMap((item) => (item.kind === 'message' ? [[item.message.message_id, item.message]] : [])),
    );
    return {
      isOwner,
      edit: (message: MessageView) => turnTo({ kind: 'edit', message }),
      reply: (message: MessageView) => turnTo({ kind: 'reply', message }),
      find: (messageId: string) => messages.get(messageId),
    };
  }, [isOwner, timeline]);
  useEffect(() => {
    const message = kept && actions.find(kept.message_id);
    if (message !== undefined && isSettled(message)) turnTo({ kind: 'edit', message });
  }, [kept, actions]);
  const isUnknown = conversation === undefined && status.loaded;
  useEffect(() => {
    // Not in the part of the list that was read: the server knows what it is, or that it is nothing.
    if (isUnknown) void store.refresh(id);
  }, [store, id, isUnknown]);
  if (conversation === undefined) return <p class="none">{isUnknown ? t.conversation.none : t.list.loading}</p>;
  const title = titleOf(conversation, names);
  const hasBlocked = conversation.recipient_id !== undefined && blocked.has(conversation.recipient_id);
  return (
    <section class="conversation" aria-label={title}>
      <ConversationHeader
        conversation={conversation}
        title={title}
        onDetails={() => setShowsDetails(true)}
        onSettings={() => setShowsSettings(true)}
      />
      <ActionsContext.Provider value={actions}>
        <MessageList id={id} isGroup={conversation.kind === 'group'} />
      </ActionsContext.Provider>
      <TypingLine id={id} />
      <RefusedReaction id={id} />
      {hasBlocked ? (
        <p class="notice">{sentence(t.blocks.notice, title)}</p>
      ) : conversation.member ? (
        <Composer
          key={about?.kind === 'edit' ? about.message.message_id : ''}
          id={id}
          isGroup={conversation.kind === 'group'}
          about={about}
          onWrite={() => setKept(undefined)}
          onDone={() => setAbout(undefined)}
        />
      ) : (
        <p class="notice">{t.conversation.noMember}</p>
      )}
      {showsSettings && <ConversationSettings conversation={conversation} onClose={() => setShowsSettings(false)} />}
      {showsDetails && <GroupDetails conversation={conversation} onClose={() => setShowsDetails(false)} />}
    </section>
  );
}
