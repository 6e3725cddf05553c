import { useState } from 'preact/hooks';
import { useChat } from '../context';
import { openConversation } from '../route';
import { faultText, t } from '../texts';
import { formText } from '../form-text';
import { Dialog } from './dialog';
import { PeopleField, withNames } from './people-field';

/** Makes a group of people, who are offered as one types. */
export function CreateGroup({ onClose }: { onClose: () => void }) {
  const { store } = useChat();
  const [fault, setFault] = useState('');
  const [names, setNames] = useState<readonly string[]>([]);
  const [typed, setTyped] = useState('');
  const create = async (form: HTMLFormElement): Promise<void> => {
    const title = formText(form, 'title').trim();
    if (title === '') return setFault(t.group.needTitle);
    setFault('');
    try {
      openConversation(await store.createGroup(title, withNames(names, typed)));
      onClose();
    } catch (thrown) {
      setFault(faultText(thrown));
    }
  };
  return (
    <Dialog title={t.group.create} onClose={onClose}>
      <form
        class="fields"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void create(event.currentTarget);
        }}
      >
        <label>
          {t.group.title}
          <input name="title" required maxLength={200} dir="auto" autocomplete="off" />
        </label>
        <PeopleField
          names={names}
          typed={typed}
          onChange={(next, text) => {
            setNames(next);
            setTyped(text);
            setFault('');
          }}
        />
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
