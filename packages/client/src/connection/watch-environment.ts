/** What this client is told by a browser. */
export interface EnvironmentEvents {
  /** There is a network again, or another one: a connection made before is worth nothing. */
  onOnline(): void;
  /** There is no network. */
  onOffline(): void;
  /** The page is looked at again, or runs again after it was frozen. */
  onAwake(): void;
  /** The page is about to be frozen: nothing runs until it is awake. */
  onFreeze(): void;
}

type Target = Pick<EventTarget, 'addEventListener' | 'removeEventListener'>;

/** What this package uses of a window (or of a worker, which has no document). */
export interface Environment extends Partial<Target> {
  document?: Target & { readonly visibilityState: string };
}

/**
 * Listens to a browser until the returned function is called. Elsewhere, where there are no such events, it does nothing.
 */
export function watchEnvironment(events: EnvironmentEvents, environment: Environment = globalThis): () => void {
  const stops: (() => void)[] = [];
  const listen = (target: Partial<Target> | undefined, type: string, listener: (event: Event) => void): void => {
    if (typeof target?.addEventListener !== 'function') return;
    target.addEventListener(type, listener);
    stops.push(() => target.removeEventListener?.(type, listener));
  };
  const { document } = environment;
  listen(environment, 'online', () => events.onOnline());
  listen(environment, 'offline', () => events.onOffline());
  // A page that comes out of the back-forward cache.
  listen(environment, 'pageshow', (event) => (event as { persisted?: boolean }).persisted === true && events.onAwake());
  listen(document, 'visibilitychange', () => document?.visibilityState === 'visible' && events.onAwake());
  listen(document, 'resume', () => events.onAwake());
  listen(document, 'freeze', () => events.onFreeze());
  return () => stops.splice(0).forEach((stop) => stop());
}
