import type { Observable } from '@chat-app/client/store';
import { useCallback, useSyncExternalStore } from 'react';

/** The value of an observable; the component is drawn again when it changes. */
export function useObservable<T>(observable: Observable<T>): T {
  // On a server nothing changes: what is known is drawn.
  const subscribe = useCallback((listener: () => void) => observable.subscribe(listener), [observable]);
  const get = useCallback(() => observable.get(), [observable]);
  return useSyncExternalStore(subscribe, get, get);
}
