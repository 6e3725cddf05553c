import type { MessageView } from '@chat-app/client/store';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { useChat } from '../context';
import { GroupDetails } from '../group/group-details';
import { Avatar, Icon } from '../icons';
import { titleOf } from '../list/conversation-entry';
import { t } from '../texts';
import { useObservable } from '../use-observable';
import { ActionsContext } from './actions';
import { Composer } from './composer';
import { MessageList } from './message-list';

/** The open conversation: who it is with, its messages, and where one writes. */
export function Conversation({ id }: { id: string }) {
  const { store } = useChat();
  const conversations = useObservable(store.conversations);
  const status = useObservable(store.listStatus);
  const names = useObservable(store.userNames);
  const [showsDetails, setShowsDetails] = useState(false);
  const [edited, edit] = useState<MessageView>();
  const conversation = conversations.find((one) => one.conversation_id === id);
  const isOwner = conversation?.kind === 'group' && conversation.role === 'owner';
  const actions = useMemo(() => ({ isOwner, edit }), [isOwner]);
  const isUnknown = conversation === undefined && status.loaded;
  useEffect(() => {
    // Not in the part of the list that was read: the server knows what it is, or that it is nothing.
    if (isUnknown) void store.refresh(id);
  }, [store, id, isUnknown]);
  if (conversation === undefined) return <p class="none">{isUnknown ? t.conversation.none : t.list.loading}</p>;
  const title = titleOf(conversation, names);
  return (
    <section class="conversation" aria-label={title}>
      <header class="conversation-header">
        <a class="round back" href="#" aria-label={t.conversation.back} title={t.conversation.back}>
          <Icon name="back" />
        </a>
        <Avatar name={title} id={conversation.recipient_id ?? id} />
        <h1 dir="auto">{title}</h1>
        {conversation.kind === 'group' && conversation.member && (
          <button
            class="round"
            type="button"
            aria-label={t.conversation.details}
            title={t.conversation.details}
            onClick={() => setShowsDetails(true)}
          >
            <Icon name="info" />
          </button>
        )}
      </header>
      <ActionsContext.Provider value={actions}>
        <MessageList id={id} isGroup={conversation.kind === 'group'} />
      </ActionsContext.Provider>
      {conversation.member ? (
        <Composer key={edited?.message_id} id={id} edited={edited} onEdited={() => edit(undefined)} />
      ) : (
        <p class="notice">{t.conversation.noMember}</p>
      )}
      {showsDetails && <GroupDetails conversation={conversation} onClose={() => setShowsDetails(false)} />}
    </section>
  );
}
