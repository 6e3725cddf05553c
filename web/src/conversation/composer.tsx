import type { MessageView } from '@chat-app/client/store';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useChat } from '../context';
import { Icon } from '../icons';
import { faultText, t } from '../texts';

/** What an input method reports while it composes, in browsers that end the composition before the key. */
const COMPOSING_KEY = 229;

interface ComposerProps {
  id: string;
  /** The message that is edited here; else a new one is written. */
  edited: MessageView | undefined;
  onEdited: () => void;
}

/** Where one writes. Each text is kept with its conversation while it is written; an edit leaves it as it is. */
export function Composer({ id, edited, onEdited }: ComposerProps) {
  const { store } = useChat();
  const [text, setText] = useState(() => edited?.content ?? store.draft(id));
  const [fault, setFault] = useState('');
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    // On a touch screen a focus would open the keyboard over the messages.
    if (edited !== undefined || matchMedia('(pointer: fine)').matches) field.current?.focus();
  }, []);
  const write = (next: string): void => {
    setText(next);
    if (edited === undefined) store.setDraft(id, next);
  };
  const send = (): void => {
    if (text.trim() === '') return;
    try {
      if (edited === undefined) store.send(id, text);
      else if (text !== edited.content || edited.change?.state === 'failed') store.edit(edited, text);
      if (edited !== undefined) return onEdited();
      write('');
      setFault('');
    } catch (thrown) {
      setFault(faultText(thrown));
    }
    field.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape' && edited !== undefined && !event.isComposing) return onEdited();
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === COMPOSING_KEY) return;
    event.preventDefault();
    send();
  };
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {edited !== undefined && (
        <p class="about">
          <Icon name="pencil" />
          <span>{t.message.editing}</span>
          <button class="link" type="button" onClick={onEdited}>
            {t.group.cancel}
          </button>
        </p>
      )}
      <p class="fault" role="alert">
        {fault}
      </p>
      <textarea
        ref={field}
        rows={1}
        dir="auto"
        aria-label={t.composer.label}
        placeholder={t.composer.placeholder}
        value={text}
        onInput={(event) => write(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <button class="primary round" type="submit" aria-label={t.composer.send} title={t.composer.send}>
        <Icon name="send" />
      </button>
    </form>
  );
}
