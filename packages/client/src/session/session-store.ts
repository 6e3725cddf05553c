import { isSession } from '../http/answers';
import type { Session } from '../http/authentication';
import { parseObject } from '../parsing/checks';
import type { ChatStorage } from '../storage';

/** What this package uses of `navigator.locks`. */
export interface Locks {
  request<T>(name: string, work: () => Promise<T>): Promise<T>;
}

/**
 * The newest tokens of a session, shared by all tabs of a browser that use it: a refresh token is used up by its first
 * use, so a tab that wakes later, or was duplicated, must find what another one made of it.
 */
export interface SessionStore {
  /** The newest tokens; undefined where none are kept. Never rejects. */
  load(): Promise<Session | undefined>;
  /** Never rejects. */
  save(session: Session): Promise<void>;
  /** The session is over. Never rejects. */
  forget(): Promise<void>;
  /** Runs `work` while no other tab does. */
  alone<T>(work: () => Promise<T>): Promise<T>;
}

/** A session of which no other client knows. */
export const PRIVATE_SESSION: SessionStore = {
  load: async () => undefined,
  save: async () => undefined,
  forget: async () => undefined,
  alone: (work) => work(),
};

/**
 * Keeps tokens in a storage that all tabs share, as `localStorage` is.
 * @param locks where there are none (an insecure origin), two tabs may refresh at the same moment: they are the same attempt
 * for the server, and get the same tokens.
 */
export function sharedSession(
  storage: ChatStorage,
  sessionId: string,
  locks: Locks | undefined,
  onFault: (thrown: unknown) => void,
): SessionStore {
  const key = `chat-app.session.${sessionId}`;
  const guarded = async <T>(work: () => T | Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (thrown) {
      onFault(thrown);
      return undefined;
    }
  };
  return {
    load: () =>
      guarded(async () => {
        const kept = parseObject(await storage.getItem(key));
        return kept !== undefined && isSession(kept) ? kept : undefined;
      }),
    save: async (session) => void (await guarded(() => storage.setItem(key, JSON.stringify(session)))),
    forget: async () => void (await guarded(() => storage.removeItem(key))),
    alone: (work) => (locks === undefined ? work() : locks.request(key, work)),
  };
}
