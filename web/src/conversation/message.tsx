import type { MessageView } from '@chat-app/client/store';
import { dates, useChat } from '../context';
import { Icon } from '../icons';
import { splitLinks } from '../links';
import { faultText, t } from '../texts';
import { MessageMenu } from './message-menu';
import { Quote } from './quote';
import { ReactionPicker } from './reaction-picker';
import { Reactions } from './reactions';
import { RefusedChange } from './refused-change';

interface MessageProps {
  message: MessageView;
  /** Whether it begins a group of messages of one sender. */
  isFirst: boolean;
  /** Shown where several people write. */
  sender: string | undefined;
  /** Whether several may have received and read it. */
  isGroup: boolean;
}

/** One message. What people wrote is text: nothing of it is ever read as markup. */
export function Message({ message, isFirst, sender, isGroup }: MessageProps) {
  const { own, sent_at, state } = message;
  const { userId } = useChat().client;
  const mentionsMe = message.mentions?.includes(userId) === true;
  const classes = [
    'message',
    mentionsMe && 'mentions-me',
    own ? 'own' : 'other',
    isFirst && 'first',
    state === 'failed' && 'failed',
  ];
  return (
    <article class={classes.filter(Boolean).join(' ')} data-message-id={message.message_id}>
      <div class="bubble">
        {sender !== undefined && isFirst && (
          <strong class="sender">
            <bdi>{sender}</bdi>
          </strong>
        )}
        {message.reply_to !== undefined && <Quote messageId={message.reply_to} />}
        <div class="said">
          <Content message={message} />
          <footer>
            {message.edited_at !== undefined && message.deleted_at === undefined && <span>{t.message.edited}</span>}
            {sent_at !== undefined && (
              <time dateTime={sent_at} title={dates.full(sent_at)}>
                {dates.time(sent_at)}
              </time>
            )}
            {own && <State message={message} isGroup={isGroup} />}
          </footer>
        </div>
        <div class="message-actions">
          <ReactionPicker message={message} />
          <MessageMenu message={message} />
        </div>
      </div>
      <Reactions message={message} />
      <RefusedChange message={message} />
      {state === 'failed' && <Refused message={message} />}
    </article>
  );
}

function Content({ message: { content, deleted_at, deleted_by, sender_id, change } }: { message: MessageView }) {
  const isDeleting = change?.type === 'delete' && change.state === 'sending';
  if (deleted_at !== undefined || isDeleting) {
    const isByOther = deleted_by !== undefined && deleted_by !== sender_id;
    return <p class="content deleted">{isByOther ? t.message.deletedByOwner : t.message.deleted}</p>;
  }
  return (
    <p class="content" dir="auto">
      {splitLinks(content).map((part) =>
        part.href === undefined ? (
          part.text
        ) : (
          <a href={part.href} target="_blank" rel="noopener noreferrer nofollow">
            {part.text}
          </a>
        ),
      )}
    </p>
  );
}

const ICONS = {
  sending: 'clock',
  accepted: 'check',
  stored: 'checks',
  received: 'tray',
  read: 'eye',
  failed: 'alert',
} as const;

function State({ message, isGroup }: { message: MessageView; isGroup: boolean }) {
  const state = message.change?.state === 'sending' ? 'sending' : (message.state ?? 'stored');
  const text = stateText(state, message, isGroup);
  // What was received or read is stored as well.
  const classes = state === 'received' || state === 'read' ? `stored ${state}` : state;
  return (
    <span class={`message-state ${classes}`} title={text}>
      <Icon name={ICONS[state]} />
      <span class="unseen">{text}</span>
    </span>
  );
}

/** In a group by how many it was received or read, else that it was. */
function stateText(state: keyof typeof ICONS, { received_by, read_by }: MessageView, isGroup: boolean): string {
  if (isGroup && state === 'read' && read_by !== undefined) return t.states.readBy(read_by);
  if (isGroup && state === 'received' && received_by !== undefined) return t.states.receivedBy(received_by);
  return t.states[state];
}

/** Why a message was not sent, and what can be done with its text. */
function Refused({ message }: { message: MessageView }) {
  const { store } = useChat();
  return (
    <p class="refused">
      {t.states.failed}: {faultText({ code: message.code ?? message.reason ?? '?' })}{' '}
      <button class="link" type="button" onClick={() => store.sendAgain(message)}>
        {t.states.again}
      </button>{' '}
      <button class="link" type="button" onClick={() => store.discard(message.conversation_id, message.message_id)}>
        {t.states.discard}
      </button>
    </p>
  );
}
