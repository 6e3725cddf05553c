import type { ReceivedMessage } from '@chat-app/client';
import { useEffect } from 'preact/hooks';
import { useChat } from './context';
import { isMuted } from './muting';
import { notificationTitle } from './notification-title';
import { openConversation } from './route';
import { t } from './texts';
import { useObservable } from './use-observable';
import { isAnyTabVisible, shareVisibility } from './visible-tabs';

/** The count of unread messages in the title and on the icon, and a notification for what comes while one is elsewhere. */
export function useNotifications(): void {
  const { client, store } = useChat();
  const conversations = useObservable(store.conversations);
  const unread = conversations.reduce((sum, one) => sum + (isMuted(one) ? 0 : one.unread), 0);
  useEffect(() => {
    document.title = unread === 0 ? t.appName : `(${unread}) ${t.appName}`;
    icon(unread > 0);
  }, [unread]);
  useEffect(
    () => () => {
      document.title = t.appName;
      icon(false);
    },
    [],
  );
  useEffect(shareVisibility, []);
  useEffect(
    () =>
      client.on('message', (message) => {
        const { sender_id, conversation_id } = message;
        if (sender_id === client.userId || store.blocked.get().has(sender_id) || !isAllowed()) return;
        const of = store.conversations.get().find((one) => one.conversation_id === conversation_id);
        if (of !== undefined && isMuted(of)) return;
        void isAnyTabVisible().then((isSeen) => {
          if (isSeen) return;
          notify(message, notificationTitle(store.userNames.get().get(sender_id) ?? t.appName, of?.title));
        });
      }),
    [client, store],
  );
}

function notify({ conversation_id, content }: ReceivedMessage, title: string): void {
  // One for each conversation, of whichever tab: the newest replaces the one before.
  const shown = notificationOf(title, { body: content.slice(0, 200), tag: conversation_id });
  if (shown === undefined) return;
  shown.onclick = () => {
    focus();
    openConversation(conversation_id);
    shown.close();
  };
}

/** Undefined where the browser leaves notifications to a service worker, as those of phones do, allowed or not. */
function notificationOf(title: string, options: NotificationOptions): Notification | undefined {
  try {
    return new Notification(title, options);
  } catch {
    return undefined;
  }
}

function isAllowed(): boolean {
  return 'Notification' in globalThis && Notification.permission === 'granted';
}

/** The icon of the page, with a dot where something is unread. */
function icon(dotted: boolean): void {
  const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  if (link === null) return;
  const dot = dotted ? "<circle cx='25' cy='8' r='7' fill='%23d33a2c'/>" : '';
  link.href = `data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Cpath d='M8 5h16a4 4 0 0 1 4 4v9a4 4 0 0 1-4 4h-9l-6 5.5V22H8a4 4 0 0 1-4-4V9a4 4 0 0 1 4-4z' fill='%232f6f5e'/%3E${dot.replaceAll('<', '%3C').replaceAll('>', '%3E')}%3C/svg%3E`;
}
