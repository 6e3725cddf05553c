import type { ConversationView } from '@chat-app/client/store';
import { dates, useChat } from '../context';
import { Avatar } from '../icons';
import { isMuted } from '../muting';
import { PresenceDot } from '../presence';
import { conversationHref } from '../route';
import { t } from '../texts';
import { useTyping } from '../typing';
import { useObservable } from '../use-observable';

/** What a conversation is called: its title, or the name of the other user. */
export function titleOf(conversation: ConversationView, names: ReadonlyMap<string, string>): string {
  if (conversation.title !== undefined) return conversation.title;
  return (conversation.recipient_id && names.get(conversation.recipient_id)) ?? t.list.noTitle;
}

export function ConversationEntry({ conversation, isOpen }: { conversation: ConversationView; isOpen: boolean }) {
  const { store } = useChat();
  const names = useObservable(store.userNames);
  const { conversation_id, last, unread, unreadMentions, member } = conversation;
  const title = titleOf(conversation, names);
  const typing = useTyping(conversation_id);
  const muted = isMuted(conversation);
  return (
    <li>
      <a
        class={unread > 0 && !muted ? 'entry has-unread' : 'entry'}
        href={conversationHref(conversation_id)}
        {...(isOpen && { 'aria-current': 'page' as const })}
      >
        <Avatar name={title} id={conversation.recipient_id ?? conversation_id} />
        <PresenceDot userId={conversation.recipient_id} />
        <span class="title" dir="auto">
          {title}
        </span>
        {last?.sent_at !== undefined && <time dateTime={last.sent_at}>{dates.short(last.sent_at)}</time>}
        <span class="last">
          {typing !== undefined && <span class="beginning typing">{typing}</span>}
          {typing === undefined &&
            (member ? (
              <Preview conversation={conversation} isOpen={isOpen} names={names} />
            ) : (
              <Beginning text={t.list.left} />
            ))}
        </span>
        {unread > 0 && (
          <span class={muted ? 'badge muted' : 'badge'}>
            {unreadMentions > 0 && (
              <>
                <span aria-hidden="true">@ </span>
                <span class="unseen">{t.list.mentions(unreadMentions)}</span>
              </>
            )}
            <span aria-hidden="true">{unread > 99 ? '99+' : unread}</span>
            <span class="unseen">{t.list.unread(unread)}</span>
          </span>
        )}
      </a>
    </li>
  );
}

interface PreviewProps {
  conversation: ConversationView;
  isOpen: boolean;
  names: ReadonlyMap<string, string>;
}

/** The draft where there is one, else the last message. */
function Preview({ conversation: { draft, last, kind }, isOpen, names }: PreviewProps) {
  if (draft !== '' && !isOpen) {
    return (
      <>
        <em>{t.list.draft} </em>
        <Beginning text={draft} />
      </>
    );
  }
  if (last === undefined) return null;
  const sender = last.own ? t.list.you : kind === 'group' ? names.get(last.sender_id) : undefined;
  return (
    <>
      {sender !== undefined && (
        <span class="sender">
          <bdi>{sender}</bdi>:{' '}
        </span>
      )}
      <Beginning text={last.deleted_at === undefined ? last.content : t.message.deleted} />
    </>
  );
}

/** The first line of a text, in the direction in which it is written. */
function Beginning({ text }: { text: string }) {
  return (
    <span class="beginning" dir="auto">
      {text.trimStart().slice(0, 200).split('\n', 1)[0]}
    </span>
  );
}
