import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { formText } from '../form-text';
import { faultText, t } from '../texts';

interface EndSessionProps {
  /** What is going to be logged out, as it is called. */
  what: string;
  /** @throws ChatError */
  onEnd: (password: string) => Promise<void>;
  onCancel: () => void;
}

/** Asks for the password: who finds a page open must not send its owner away from elsewhere. */
export function EndSession({ what, onEnd, onCancel }: EndSessionProps) {
  const [fault, setFault] = useState('');
  const [working, setWorking] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  // `autofocus` acts while a page or a dialog opens only, and the button that was pressed may be gone.
  useLayoutEffect(() => field.current?.focus(), []);
  const end = async (form: HTMLFormElement): Promise<void> => {
    setWorking(true);
    setFault('');
    try {
      await onEnd(formText(form, 'password'));
    } catch (thrown) {
      const { code } = thrown as { code?: string };
      setFault(code === 'wrong_credentials' ? t.sessions.wrongPassword : faultText(thrown));
      setWorking(false);
    }
  };
  return (
    <form
      class="fields"
      onSubmit={(event) => {
        event.preventDefault();
        void end(event.currentTarget);
      }}
    >
      <label>
        {t.sessions.password(what)}
        <input ref={field} name="password" type="password" autocomplete="current-password" required />
      </label>
      <p class="fault" role="alert">
        {fault}
      </p>
      <div class="buttons">
        <button type="button" onClick={onCancel}>
          {t.group.cancel}
        </button>
        <button class="primary" type="submit" disabled={working}>
          {t.sessions.end}
        </button>
      </div>
    </form>
  );
}
