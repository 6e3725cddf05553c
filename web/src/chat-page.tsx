import { useEffect } from 'preact/hooks';
import { ConnectionBanner } from './connection-banner';
import { useChat } from './context';
import { Conversation } from './conversation/conversation';
import { ListPane } from './list/list-pane';
import { useNotifications } from './notify';
import { useOpenConversation } from './route';
import { t } from './texts';

/** Conversations at the side, one of them open. On a narrow screen one of the two is shown. */
export function ChatPage() {
  const { store } = useChat();
  const open = useOpenConversation();
  useNotifications();
  useEffect(() => {
    // Read is what is in view: not what is open in a tab behind others.
    const look = (): void => store.setActive(document.visibilityState === 'visible' ? open : undefined);
    look();
    document.addEventListener('visibilitychange', look);
    return () => {
      document.removeEventListener('visibilitychange', look);
      store.setActive(undefined);
    };
  }, [store, open]);
  return (
    <div class={open === undefined ? 'chat at-list' : 'chat at-conversation'}>
      <ConnectionBanner />
      <ListPane open={open} />
      <main class="conversation-pane">
        {open === undefined ? <p class="none">{t.conversation.none}</p> : <Conversation key={open} id={open} />}
      </main>
    </div>
  );
}
