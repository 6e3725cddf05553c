/** What the sharing of a connection uses of a browser, by the names that it has there. */

/** `navigator.locks`: one holder of a name among all tabs; a lock ends with its tab, however that ends. */
export interface TabLocks {
  request<T>(
    name: string,
    options: { readonly signal?: AbortSignal; readonly steal?: boolean; readonly ifAvailable?: boolean },
    work: (lock: unknown) => T | PromiseLike<T>,
  ): Promise<T>;
}

/** A `BroadcastChannel`: what one tab posts, all others hear. */
export interface TabChannel {
  postMessage(message: unknown): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
  close(): void;
}

export type TabChannelConstructor = new (name: string) => TabChannel;

/** Both, or neither where one is missing: an insecure origin has no locks, Node no tabs. */
export interface TabEnvironment {
  readonly locks: TabLocks;
  readonly BroadcastChannel: TabChannelConstructor;
}

/** That of this page; undefined where tabs cannot share. */
export function tabEnvironment(): TabEnvironment | undefined {
  const { navigator, BroadcastChannel } = globalThis as {
    navigator?: { locks?: TabLocks };
    BroadcastChannel?: TabChannelConstructor;
  };
  const locks = navigator?.locks;
  return locks === undefined || BroadcastChannel === undefined ? undefined : { locks, BroadcastChannel };
}
