/**
 * The session that all tabs of this browser share: who is logged in, and the tokens with which it began. Newer ones are
 * kept by the client, one tab refreshing for all (`sharedTokens`).
 */
import type { ChatClientOptions } from '@chat-app/client';

type Session = NonNullable<ChatClientOptions['session']>;

export interface SavedSession extends Session {
  /** As the user typed it, until the server says it. */
  username: string;
}

const KEY = 'chat-app.session';

export function savedSession(): SavedSession | undefined {
  try {
    const session = JSON.parse(localStorage.getItem(KEY) ?? '') as Partial<SavedSession>;
    const texts = [session.user_id, session.token, session.refresh_token, session.username];
    return texts.every((text) => typeof text === 'string') ? (session as SavedSession) : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps a session that was just begun. */
export function beginSession(session: Session, username: string): SavedSession {
  return save({ ...session, username });
}

/** Forgets the session and all tokens of it, unless another one took its place. */
export function forgetSession(session: SavedSession): void {
  if (!isSaved(session)) return;
  for (const key of Object.keys(localStorage)) {
    if (key === KEY || key.startsWith(`${KEY}.`)) localStorage.removeItem(key);
  }
}

/** Keeps the name that the server says. */
export function rememberName(session: SavedSession, username: string): void {
  if (isSaved(session) && savedSession()?.username !== username) save({ ...session, username });
}

/** Calls `listener` where another tab begins a session. */
export function onSessionElsewhere(listener: (session: SavedSession) => void): () => void {
  const noticed = (event: StorageEvent): void => {
    const session = event.key === KEY ? savedSession() : undefined;
    if (session !== undefined) listener(session);
  };
  addEventListener('storage', noticed);
  return () => removeEventListener('storage', noticed);
}

/** The tokens with which a session began name it: another log-in is another session. */
function isSaved({ refresh_token }: SavedSession): boolean {
  return savedSession()?.refresh_token === refresh_token;
}

function save(session: SavedSession): SavedSession {
  localStorage.setItem(KEY, JSON.stringify(session));
  return session;
}
