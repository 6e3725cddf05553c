import type { ConversationView } from '@chat-app/client/store';
import { useState } from 'preact/hooks';
import { useChat } from '../context';
import { Dialog } from '../group/dialog';
import { faultText, t } from '../texts';

/** How a conversation is to this user alone. */
export function ConversationSettings({
  conversation,
  onClose,
}: {
  conversation: ConversationView;
  onClose: () => void;
}) {
  const { store } = useChat();
  const [fault, setFault] = useState('');
  const { conversation_id: id, settings } = conversation;
  const isOn = settings?.receipts !== 'off';
  const change = (receipts: 'on' | 'off'): void => {
    setFault('');
    store.changeSettings(id, { receipts }).catch((thrown: unknown) => setFault(faultText(thrown)));
  };
  return (
    <Dialog title={t.conversation.settings} onClose={onClose}>
      <label class="setting">
        <input
          type="checkbox"
          checked={isOn}
          aria-describedby="receipts-hint"
          onChange={(event) => change(event.currentTarget.checked ? 'on' : 'off')}
        />
        <span>{t.conversation.receipts}</span>
      </label>
      <p id="receipts-hint" class="hint">
        {t.conversation.receiptsHint}
      </p>
      <p class="fault" role="alert">
        {fault}
      </p>
    </Dialog>
  );
}
