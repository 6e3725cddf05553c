import { useEffect, useState } from 'preact/hooks';
import { useChat } from './context';
import { t } from './texts';
import { useObservable } from './use-observable';

/** A connection that is back within this time is not worth a word. */
const GRACE_MS = 700;

/** Says when what one sees may not be the present. */
export function ConnectionBanner() {
  const { client, store } = useChat();
  const { state, degraded } = useObservable(store.connection);
  const isAway = state !== 'online';
  const [lasting, setLasting] = useState(false);
  useEffect(() => {
    if (!isAway) return setLasting(false);
    const timer = setTimeout(() => setLasting(true), GRACE_MS);
    return () => clearTimeout(timer);
  }, [isAway]);
  const shown = isAway && lasting;
  return (
    <div class="banner" role="status" data-connection={state}>
      {shown && (
        <p>
          <span>{state === 'connecting' ? t.connection.connecting : t.connection.waiting}</span>
          {state === 'waiting' && (
            <button class="link" type="button" onClick={() => client.reconnect()}>
              {t.connection.now}
            </button>
          )}
        </p>
      )}
      {!isAway && degraded === true && <p>{t.connection.degraded}</p>}
    </div>
  );
}
