import type { ConversationView } from '@chat-app/client/store';
import { useState } from 'preact/hooks';
import { useChat } from '../context';
import { Icon } from '../icons';
import { faultText, t } from '../texts';
import { useObservable } from '../use-observable';
import { Menu } from './message-menu';
import { MuteItems } from './mute-items';

/** What can be done about a conversation: mute it; of one with another person, block them. */
export function ConversationMenu({ conversation, name }: { conversation: ConversationView; name: string }) {
  const { client, store } = useChat();
  const blocked = useObservable(store.blocked);
  const [fault, setFault] = useState('');
  const { recipient_id: other } = conversation;
  // Of one that just began the server has said nothing yet: with a message in it it is there.
  const mayMute = client.has('settings') && (conversation.kind === 'group' || conversation.last !== undefined);
  const mayBlock = client.has('blocked') && other !== undefined && other !== client.userId;
  if (!mayMute && !mayBlock) return null;
  const act = (work: Promise<void>): void => {
    setFault('');
    work.catch((thrown: unknown) => setFault(faultText(thrown)));
  };
  return (
    <>
      <p class="fault" role="alert">
        {fault}
      </p>
      <Menu label={t.conversation.menu}>
        {mayMute && (
          <MuteItems
            conversation={conversation}
            onMute={(muted_until) => act(store.changeSettings(conversation.conversation_id, { muted_until }))}
          />
        )}
        {mayBlock &&
          (blocked.has(other) ? (
            <button type="button" role="menuitem" onClick={() => act(store.unblock(other))}>
              <Icon name="check" />
              {t.blocks.unblock(name)}
            </button>
          ) : (
            <button
              type="button"
              role="menuitem"
              class="danger"
              onClick={() => confirm(t.blocks.sure(name)) && act(store.block(other))}
            >
              <Icon name="close" />
              {t.blocks.block(name)}
            </button>
          ))}
      </Menu>
    </>
  );
}
