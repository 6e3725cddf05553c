import { ChatError, isFinal } from '../errors';
import type { Session } from '../http/authentication';
import { monotonicNow } from '../state/clock';
import { withAttemptId } from './attempt-id';
import { readClaims } from './read-claims';
import { PRIVATE_SESSION, type SessionStore } from './session-store';

/** Where access tokens come from. One refresh at a time, whoever asks. */
export interface TokenSource {
  readonly userId: string;
  /** The newest access token. */
  readonly token: string;
  /** When it expires, by monotonicNow(); undefined where unknown. */
  readonly expiresAt: number | undefined;
  /** Of a session. */
  readonly refreshToken: string | undefined;
  /** Gets a newer token. @throws ChatError: not retryable means that the user is signed out. */
  refresh(): Promise<void>;
  /** The session is over: nobody is to find its tokens. Never rejects. */
  forget(): Promise<void>;
}

/** An adopted token that lasts less than this is refreshed at once. */
const SHORT_MS = 10_000;

/**
 * Tokens of a session: refreshed by its refresh token, or adopted from another tab that did so. `onSession` is told the
 * new tokens before anyone uses them.
 */
export async function sessionTokens(
  session: Session,
  refresh: (refreshToken: string, attemptId: string) => Promise<Session>,
  onSession: (session: Session) => void,
  store: SessionStore = PRIVATE_SESSION,
): Promise<TokenSource> {
  let current = withAttemptId(session);
  // A session that was kept may be old: what its token says counts where it is earlier.
  let expiresAt = Math.min(lifetimeEnd(session), expiry(session.token) ?? Infinity);
  /** Whoever keeps this session knows its attempt id. */
  let told = session.attempt_id !== undefined;

  const use = (next: Session, until: number): void => {
    if (next.user_id !== session.user_id) throw new ChatError('wrong_user', 'refreshed as another user', false);
    current = withAttemptId(next);
    expiresAt = until;
    told = true;
    onSession(current);
  };
  /** Whoever refreshed kept the outcome: other tokens than mine are newer ones, and the attempt at mine is shared. */
  const adopt = async (): Promise<boolean> => {
    const kept = await store.load();
    if (kept === undefined || kept.user_id !== session.user_id) return false;
    if (kept.refresh_token === current.refresh_token) {
      if (kept.attempt_id === undefined) await store.save(current);
      else current = { ...current, attempt_id: kept.attempt_id };
      return false;
    }
    use(kept, Math.min(lifetimeEnd(kept), expiry(kept.token) ?? Infinity));
    return true;
  };
  const refreshOwn = async (): Promise<void> => {
    // Before the call: whoever restores this session after a crash makes the same attempt.
    if (!told) onSession(current);
    told = true;
    const next = await refresh(current.refresh_token, current.attempt_id);
    // By its lifetime, not by its `exp`: the time of day here may be wrong.
    use(next, lifetimeEnd(next));
    await store.save(current);
  };
  const refreshOrAdopt = async (): Promise<void> => {
    if ((await adopt()) && expiresAt - monotonicNow() > SHORT_MS) return;
    try {
      await refreshOwn();
    } catch (thrown) {
      if (!isFinal(thrown) || !(await adopt())) throw thrown;
    }
  };

  await adopt();
  if ((await store.load())?.refresh_token !== current.refresh_token) await store.save(current);
  return {
    userId: session.user_id,
    get token() {
      return current.token;
    },
    get expiresAt() {
      return expiresAt;
    },
    get refreshToken() {
      return current.refresh_token;
    },
    refresh: once(() => store.alone(refreshOrAdopt)),
    forget: () => store.forget(),
  };
}

/** Tokens of the user's own making: `getToken` is called for each newer one. */
export async function suppliedTokens(getToken: () => Promise<string> | string): Promise<TokenSource> {
  let token = await getToken();
  const { sub } = readClaims(token);
  if (sub === undefined) throw new ChatError('token_invalid', 'the token names no user', false);
  let expiresAt = expiry(token);
  return {
    userId: sub,
    get token() {
      return token;
    },
    get expiresAt() {
      return expiresAt;
    },
    refreshToken: undefined,
    refresh: once(async () => {
      token = await getToken();
      expiresAt = expiry(token);
    }),
    forget: async () => undefined,
  };
}

function lifetimeEnd(session: Session): number {
  return monotonicNow() + session.expires_in * 1_000;
}

/** What a token says, carried over from the time of day once: later changes of that do not count. */
function expiry(token: string): number | undefined {
  const { exp } = readClaims(token);
  return exp === undefined ? undefined : monotonicNow() + exp * 1_000 - Date.now();
}

function once(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => {
    running ??= work().finally(() => {
      running = undefined;
    });
    return running;
  };
}
