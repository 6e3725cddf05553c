import type { MessageView } from '@chat-app/client/store';
import { dates, useChat } from '../context';
import { Icon } from '../icons';
import { splitLinks } from '../links';
import { faultText, t } from '../texts';

interface MessageProps {
  message: MessageView;
  /** Whether it begins a group of messages of one sender. */
  isFirst: boolean;
  /** Shown where several people write. */
  sender: string | undefined;
}

/** One message. What people wrote is text: nothing of it is ever read as markup. */
export function Message({ message, isFirst, sender }: MessageProps) {
  const { own, content, sent_at, state } = message;
  const classes = ['message', own ? 'own' : 'other', isFirst && 'first', state === 'failed' && 'failed'];
  return (
    <article class={classes.filter(Boolean).join(' ')} data-message-id={message.message_id}>
      <div class="bubble">
        {sender !== undefined && isFirst && (
          <strong class="sender">
            <bdi>{sender}</bdi>
          </strong>
        )}
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
        <footer>
          {sent_at !== undefined && (
            <time dateTime={sent_at} title={dates.full(sent_at)}>
              {dates.time(sent_at)}
            </time>
          )}
          {own && <State state={state ?? 'stored'} />}
        </footer>
      </div>
      {state === 'failed' && <Refused message={message} />}
    </article>
  );
}

const ICONS = { sending: 'clock', accepted: 'check', stored: 'checks', failed: 'alert' } as const;

function State({ state }: { state: NonNullable<MessageView['state']> }) {
  return (
    <span class={`message-state ${state}`} title={t.states[state]}>
      <Icon name={ICONS[state]} />
      <span class="unseen">{t.states[state]}</span>
    </span>
  );
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
