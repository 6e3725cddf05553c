import type { MessageView } from '@chat-app/client/store';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useChat } from '../context';
import { Icon } from '../icons';
import { faultText, t } from '../texts';
import { findMentions, isHalfName, nameBegun, namesFor } from './find-mentions';
import { Quoted } from './quote';
import { usePeople } from './use-people';
import { useText } from './use-text';

/** What an input method reports while it composes, in browsers that end the composition before the key. */
const COMPOSING_KEY = 229;

/** What is being done with a message: it is edited, or answered by what is written. */
export interface About {
  readonly kind: 'edit' | 'reply';
  readonly message: MessageView;
}

interface ComposerProps {
  id: string;
  isGroup: boolean;
  /** Else a new message is written. */
  about: About | undefined;
  /** Something is being written, of whatever kind. */
  onWrite: () => void;
  onDone: () => void;
}

/** Most names that are offered, and most users that one message mentions. */
const MOST_NAMES = 6;
const MOST_MENTIONS = 50;

/** Where one writes. Each text is kept with its conversation while it is written, and beside it that of an edit. */
export function Composer({ id, isGroup, about, onWrite, onDone }: ComposerProps) {
  const { store, client } = useChat();
  const edited = about?.kind === 'edit' ? about.message : undefined;
  const field = useRef<HTMLTextAreaElement>(null);
  const { text, write, forgetEdit } = useText(id, edited, field, onWrite);
  const begun = nameBegun(text);
  const people = usePeople(id, isGroup, begun !== undefined);
  const offered = begun === undefined ? [] : namesFor(begun, people).slice(0, MOST_NAMES);
  const [fault, setFault] = useState('');
  useEffect(() => {
    // On a touch screen a focus would open the keyboard over the messages.
    if (about !== undefined || matchMedia('(pointer: fine)').matches) field.current?.focus();
  }, [about]);
  const done = (): void => {
    forgetEdit();
    onDone();
  };
  const send = (): void => {
    if (text.trim() === '') return;
    try {
      const mentioned = client.has('mentions') ? findMentions(text, people) : [];
      if (edited === undefined) store.send(id, text, referencesOf(about, mentioned));
      else if (text !== edited.content || edited.change?.state === 'failed') store.edit(edited, text);
      if (about !== undefined) done();
      if (edited !== undefined) return;
      write('');
      setFault('');
    } catch (thrown) {
      setFault(faultText(thrown));
    }
    field.current?.focus();
  };
  const complete = (name: string): void => {
    write(text.replace(/@\S*$/, `@${name} `));
    field.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.isComposing || event.keyCode === COMPOSING_KEY || event.shiftKey) return;
    if (event.key === 'Escape' && about !== undefined) return done();
    const [name] = offered;
    const isBegun = name !== undefined && (event.key === 'Tab' || isHalfName(begun ?? '', people));
    if (event.key !== 'Enter' && !(event.key === 'Tab' && isBegun)) return;
    event.preventDefault();
    if (isBegun) complete(name);
    else send();
  };
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {about !== undefined && <Subject about={about} onCancel={done} />}
      <Names names={offered} onChoose={complete} />
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

function referencesOf(about: About | undefined, mentioned: string[]): { reply_to?: string; mentions?: string[] } {
  const mentions = mentioned.slice(0, MOST_MENTIONS);
  return {
    ...(about?.kind === 'reply' && { reply_to: about.message.message_id }),
    ...(mentions.length > 0 && { mentions }),
  };
}

/** What one is writing about: the message that is answered, or that is edited. */
function Subject({ about, onCancel }: { about: About; onCancel: () => void }) {
  return (
    <p class="about">
      <Icon name={about.kind === 'edit' ? 'pencil' : 'reply'} />
      <span>{about.kind === 'edit' ? t.message.editing : <Quoted message={about.message} />}</span>
      <button class="link" type="button" onClick={onCancel}>
        {t.group.cancel}
      </button>
    </p>
  );
}

function Names({ names, onChoose }: { names: readonly string[]; onChoose: (name: string) => void }) {
  if (names.length === 0) return null;
  return (
    <p class="names" role="group" aria-label={t.composer.mention}>
      {names.map((name) => (
        <button key={name} type="button" onClick={() => onChoose(name)}>
          @<bdi>{name}</bdi>
        </button>
      ))}
    </p>
  );
}
