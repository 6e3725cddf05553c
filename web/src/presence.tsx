import { useEffect, useState } from 'preact/hooks';
import { dates, useChat } from './context';
import { t } from './texts';
import { useObservable } from './use-observable';

/** So often what is said of a time that passed is said anew. */
const AGAIN_MS = 30_000;

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

/** The same in words, for the head of a conversation; of who is not there, when they were here last. */
export function PresenceText({ userId }: { userId: string | undefined }) {
  const { store } = useChat();
  const state = usePresence(userId);
  const lastSeenAt = useObservable(store.lastSeen).get(userId ?? '');
  if (state === undefined || state === 'unknown') return null;
  return (
    <span class="presence-text">
      {state === 'offline' && lastSeenAt !== undefined ? <LastSeen at={lastSeenAt} /> : t.presence[state]}
    </span>
  );
}

function LastSeen({ at }: { at: string }) {
  const [, drawAgain] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => drawAgain((times) => times + 1), AGAIN_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <time dateTime={at} title={dates.full(at)}>
      {t.presence.lastSeen(dates.ago(at))}
    </time>
  );
}

/** These people are shown for as long as the component is: who of them is there is asked for. */
export function useShownPresence(userIds: readonly string[]): void {
  const { store } = useChat();
  const key = userIds.join();
  useEffect(() => (key === '' ? undefined : store.showPresence(key.split(','))), [store, key]);
}

function usePresence(userId: string | undefined) {
  const { store } = useChat();
  const states = useObservable(store.presence);
  return userId === undefined ? undefined : states.get(userId);
}
