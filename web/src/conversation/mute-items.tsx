import type { ConversationView } from '@chat-app/client/store';
import { Icon } from '../icons';
import { isMuted, MUTE_UNTIL } from '../muting';
import { t } from '../texts';

interface MuteItemsProps {
  conversation: ConversationView;
  onMute: (until: string | null) => void;
}

/** For how long one does not want to be told, or to be told again. */
export function MuteItems({ conversation, onMute }: MuteItemsProps) {
  if (isMuted(conversation)) {
    return (
      <button type="button" role="menuitem" onClick={() => onMute(null)}>
        <Icon name="bell" />
        {t.mute.end}
      </button>
    );
  }
  return (
    <>
      {(['hour', 'day', 'ever'] as const).map((span) => (
        <button key={span} type="button" role="menuitem" onClick={() => onMute(MUTE_UNTIL[span]())}>
          <Icon name="bell" />
          {t.mute[span]}
        </button>
      ))}
    </>
  );
}
