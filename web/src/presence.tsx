import { useChat } from './context';
import { t } from './texts';
import { useObservable } from './use-observable';

/** Whether somebody is there, as a dot, and in words for who does not see it. Nothing where it is not known. */
export function PresenceDot({ userId }: { userId: string | undefined }) {
  const state = usePresence(userId);
  if (state !== 'online') return null;
  return (
    <span class="presence">
      <span class="unseen">{t.presence.online}</span>
    </span>
  );
}

/** The same in words, for the head of a conversation. */
export function PresenceText({ userId }: { userId: string | undefined }) {
  const state = usePresence(userId);
  if (state === undefined || state === 'unknown') return null;
  return <span class="presence-text">{t.presence[state]}</span>;
}

function usePresence(userId: string | undefined) {
  const { store } = useChat();
  const states = useObservable(store.presence);
  return userId === undefined ? undefined : states.get(userId);
}
