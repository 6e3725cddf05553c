/**
 * The session that all tabs of this browser share. A refresh token is single use, so one tab at a time refreshes, and the
 * others take what it got. The attempt to use it is kept with it: made again after a lost answer or a reload, and by two
 * tabs at once, it is the same.
 */
import { newAttemptId, type ChatClientOptions } from '@chat-app/client';

type Session = NonNullable<ChatClientOptions['session']>;
type Fetch = NonNullable<ChatClientOptions['fetch']>;

export interface SavedSession extends Session {
  /** Stays the same over refreshes: another log-in is another session. */
  login_id: string;
  /** As the user typed it, until the server says it. */
  username: string;
  /** Date.now() when the tokens came. */
  saved_at: number;
}

const KEY = 'chat-app.session';

export function savedSession(): SavedSession | undefined {
  try {
    const session = JSON.parse(localStorage.getItem(KEY) ?? '') as Partial<SavedSession>;
    const texts = [session.user_id, session.token, session.refresh_token, session.login_id, session.username];
    return texts.every((text) => typeof text === 'string') ? (session as SavedSession) : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps a session that was just begun. */
export function beginSession(session: Session, username: string): SavedSession {
  return save({
    ...session,
    username,
    login_id: `${session.user_id}.${session.refresh_token.slice(0, 12)}`,
    saved_at: 0,
  });
}

/** Forgets the session, unless another one took its place. */
export function forgetSession({ login_id }: SavedSession): void {
  if (savedSession()?.login_id === login_id) localStorage.removeItem(KEY);
}

/** Keeps the name that the server says. */
export function rememberName(login_id: string, username: string): void {
  const saved = savedSession();
  if (saved?.login_id === login_id && saved.username !== username) save({ ...saved, username }, saved.saved_at);
}

/** Calls `listener` where another tab begins a session. */
export function onSessionElsewhere(listener: (session: SavedSession) => void): () => void {
  const heard = (event: StorageEvent): void => {
    const session = event.key === KEY ? savedSession() : undefined;
    if (session !== undefined) listener(session);
  };
  addEventListener('storage', heard);
  return () => removeEventListener('storage', heard);
}

/** `fetch` for a client of this session: what another tab refreshed already is not refreshed once more. */
export function sharingFetch(login_id: string): Fetch {
  return async (url, init) => {
    if (!url.endsWith('/refresh')) return fetch(url, init);
    return withLock(async () => {
      const saved = savedSession();
      if (saved?.login_id !== login_id) return fetch(url, init);
      const { refresh_token: asked } = JSON.parse(init.body as string) as { refresh_token: string };
      const left = saved.expires_in - (Date.now() - saved.saved_at) / 1_000;
      if (saved.refresh_token !== asked && left > 0 && left <= saved.expires_in) {
        return answer({ ...saved, expires_in: Math.floor(left) });
      }
      const { refresh_token, attempt_id } = withAttempt(saved);
      return refreshed(await fetch(url, { ...init, body: JSON.stringify({ refresh_token, attempt_id }) }), saved);
    });
  };
}

/** A session that an older page saved has no attempt yet: kept before it is made. */
function withAttempt(saved: SavedSession): SavedSession {
  return saved.attempt_id === undefined ? save({ ...saved, attempt_id: newAttemptId() }, saved.saved_at) : saved;
}

/** Keeps the tokens of an answer before anybody uses them. */
async function refreshed(response: Response, saved: SavedSession): Promise<Response> {
  if (!response.ok) return response;
  const session = (await response.json()) as Session;
  if (saved.user_id === session.user_id) save({ ...saved, ...session, attempt_id: newAttemptId() });
  return answer(session);
}

function answer({ user_id, token, expires_in, refresh_token }: Session): Response {
  return Response.json({ user_id, token, expires_in, refresh_token });
}

function save(session: SavedSession, saved_at = Date.now()): SavedSession {
  const kept = { ...session, saved_at };
  localStorage.setItem(KEY, JSON.stringify(kept));
  return kept;
}

/** Pages without TLS have no locks: there two tabs that refresh at the same moment make the same attempt. */
function withLock<T>(work: () => Promise<T>): Promise<T> {
  const { locks } = navigator as { locks?: LockManager };
  return locks === undefined ? work() : locks.request('chat-app.refresh', work);
}
