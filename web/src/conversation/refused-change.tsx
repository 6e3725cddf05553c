import type { MessageView } from '@chat-app/client/store';
import { useContext } from 'preact/hooks';
import { useChat } from '../context';
import { faultText, t } from '../texts';
import { ActionsContext } from './actions';

/** Why an edit or deletion was refused; the text of an edit is not lost. */
export function RefusedChange({ message }: { message: MessageView }) {
  const { store } = useChat();
  const { edit } = useContext(ActionsContext);
  const { change } = message;
  if (change?.state !== 'failed') return null;
  const isEdit = change.type === 'edit';
  return (
    <p class="refused">
      {isEdit ? t.message.notEdited : t.message.notDeleted}: {faultText({ code: change.code ?? '?' })}{' '}
      {isEdit && (
        <>
          <button class="link" type="button" onClick={() => edit({ ...message, content: change.content })}>
            {t.message.editAgain}
          </button>{' '}
        </>
      )}
      <button class="link" type="button" onClick={() => store.dismissChange(message)}>
        {t.message.dismiss}
      </button>
    </p>
  );
}
