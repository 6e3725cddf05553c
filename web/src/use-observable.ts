import type { Observable } from '@chat-app/client/store';
import { useEffect, useState } from 'preact/hooks';

/** The value of an observable; the component is drawn again when it changes. */
export function useObservable<T>(observable: Observable<T>): T {
  const [, draw] = useState(0);
  const value = observable.get();
  useEffect(() => {
    const changed = (): void => draw((count) => count + 1);
    // It may have changed between drawing and subscribing.
    if (observable.get() !== value) changed();
    return observable.subscribe(changed);
  }, [observable]);
  return value;
}
