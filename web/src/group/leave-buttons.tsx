import { useChat } from '../context';
import { openConversation } from '../route';
import { faultText, t } from '../texts';

interface LeaveButtonsProps {
  id: string;
  onClose: () => void;
  onFault: (text: string) => void;
}

/** The ways out of a group. */
export function LeaveButtons({ id, onClose, onFault }: LeaveButtonsProps) {
  const { client, store } = useChat();
  const leave = (forGood: boolean): void => {
    if (!confirm(forGood ? t.group.leaveForGoodSure : t.group.leaveSure)) return;
    onFault('');
    client.conversations
      .removeMember(id, client.userId, forGood)
      .then(() => store.refresh(id))
      .then(
        () => {
          onClose();
          openConversation(undefined);
        },
        (thrown: unknown) => onFault(faultText(thrown)),
      );
  };
  return (
    <div class="buttons">
      <button class="danger" type="button" onClick={() => leave(true)}>
        {t.group.leaveForGood}
      </button>
      <button class="danger" type="button" onClick={() => leave(false)}>
        {t.group.leave}
      </button>
    </div>
  );
}
