import { useState } from 'preact/hooks';
import { useChat } from '../context';
import { openConversation } from '../route';
import { faultText, t } from '../texts';
import { formText } from '../form-text';
import { Dialog } from './dialog';

/** Makes a group of people by their names. */
export function CreateGroup({ onClose }: { onClose: () => void }) {
  const { store } = useChat();
  const [fault, setFault] = useState('');
  const create = async (form: HTMLFormElement): Promise<void> => {
    const title = formText(form, 'title').trim();
    const names = formText(form, 'names')
      .split(/[,\n]/)
      .map((name) => name.trim())
      .filter((name) => name !== '');
    if (title === '') return setFault(t.group.needTitle);
    setFault('');
    try {
      openConversation(await store.createGroup(title, names));
      onClose();
    } catch (thrown) {
      setFault(faultText(thrown));
    }
  };
  return (
    <Dialog title={t.group.create} onClose={onClose}>
      <form
        class="fields"
        onSubmit={(event) => {
          event.preventDefault();
          void create(event.currentTarget);
        }}
      >
        <label>
          {t.group.title}
          <input name="title" required maxLength={200} dir="auto" autocomplete="off" />
        </label>
        <label>
          {t.group.people}
          <input name="names" autocomplete="off" autocapitalize="none" spellcheck={false} />
        </label>
        <p class="fault" role="alert">
          {fault}
        </p>
        <div class="buttons">
          <button type="button" onClick={onClose}>
            {t.group.cancel}
          </button>
          <button class="primary" type="submit">
            {t.group.make}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
