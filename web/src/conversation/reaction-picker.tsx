import type { MessageView } from '@chat-app/client/store';
import { useRef, useState } from 'preact/hooks';
import { useChat } from '../context';
import { Icon } from '../icons';
import { faultText, t } from '../texts';
import { useObservable } from '../use-observable';
import { isSettled } from './is-settled';
import { moveFocus, openAt } from './place-popover';

/** Offered to press; any other is typed. */
const COMMON = ['👍', '❤️', '😂', '🎉', '😮', '😢', '🙏', '👀'];

/** A button beside a message, and the emoji that it opens. Escape, a click elsewhere and a choice close it. */
export function ReactionPicker({ message }: { message: MessageView }) {
  const { client, store } = useChat();
  const [fault, setFault] = useState<string>();
  const button = useRef<HTMLButtonElement>(null);
  const picker = useRef<HTMLDivElement>(null);
  // What the server can do is known once there is a connection.
  useObservable(store.connection);
  if (!isSettled(message) || !client.has('reacted')) return null;
  const choose = (emoji: string): void => {
    try {
      const isOwn = message.reactions?.some((one) => one.emoji === emoji && one.own) === true;
      store.react(message, emoji, !isOwn);
      setFault(undefined);
      picker.current?.hidePopover();
    } catch (thrown) {
      setFault(faultText(thrown));
    }
  };
  return (
    <div>
      <button
        ref={button}
        class="round"
        type="button"
        aria-haspopup="dialog"
        aria-label={t.reactions.add}
        title={t.reactions.add}
        onClick={() => openAt(picker.current, button.current)}
      >
        <Icon name="smile" />
      </button>
      <div
        ref={picker}
        class="menu picker"
        popover="auto"
        role="dialog"
        aria-label={t.reactions.add}
        onKeyDown={(event) => moveFocus(event, 'ArrowLeft', 'ArrowRight')}
      >
        <div class="emoji">
          {COMMON.map((emoji) => (
            <button key={emoji} type="button" onClick={() => choose(emoji)}>
              {emoji}
            </button>
          ))}
        </div>
        <OtherEmoji onChoose={choose} />
        {fault !== undefined && <p role="alert">{fault}</p>}
      </div>
    </div>
  );
}

function OtherEmoji({ onChoose }: { onChoose: (emoji: string) => void }) {
  const field = useRef<HTMLInputElement>(null);
  const choose = (event: Event): void => {
    event.preventDefault();
    const emoji = field.current?.value.trim() ?? '';
    if (emoji === '') return;
    onChoose(emoji);
    if (field.current !== null) field.current.value = '';
  };
  return (
    <form onSubmit={choose}>
      <input ref={field} type="text" aria-label={t.reactions.other} placeholder={t.reactions.other} maxLength={32} />
    </form>
  );
}
