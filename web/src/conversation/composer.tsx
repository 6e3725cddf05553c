import { useEffect, useRef, useState } from 'preact/hooks';
import { useChat } from '../context';
import { Icon } from '../icons';
import { faultText, t } from '../texts';

/** What an input method reports while it composes, in browsers that end the composition before the key. */
const COMPOSING_KEY = 229;

/** Where one writes. Each text is kept with its conversation while it is written. */
export function Composer({ id }: { id: string }) {
  const { store } = useChat();
  const [text, setText] = useState(() => store.draft(id));
  const [fault, setFault] = useState('');
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    // On a touch screen a focus would open the keyboard over the messages.
    if (matchMedia('(pointer: fine)').matches) field.current?.focus();
  }, []);
  const write = (next: string): void => {
    setText(next);
    store.setDraft(id, next);
  };
  const send = (): void => {
    if (text.trim() === '') return;
    try {
      store.send(id, text);
      write('');
      setFault('');
    } catch (thrown) {
      setFault(faultText(thrown));
    }
    field.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
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
