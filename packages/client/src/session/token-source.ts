import type { SessionResponse } from '@chat-app/protocol';
import { ChatError } from '../errors';

/** Where access tokens come from. One refresh at a time, whoever asks. */
export interface TokenSource {
  readonly userId: string;
  /** The newest access token. */
  readonly token: string;
  /** When it expires by this machine's clock (Date.now()); undefined where unknown. */
  readonly expiresAt: number | undefined;
  /** Of a session. */
  readonly refreshToken: string | undefined;
  /** Gets a newer token. @throws ChatError: not retryable means that the user is signed out. */
  refresh(): Promise<void>;
}

/** Tokens of a session: refreshed by its refresh token. `onSession` is told the new tokens before anyone uses them. */
export function sessionTokens(
  session: SessionResponse,
  refresh: (refreshToken: string) => Promise<SessionResponse>,
  onSession: (session: SessionResponse) => void,
): TokenSource {
  let current = session;
  // A session that was kept may be old: what its token says counts where it is earlier.
  let expiresAt = Math.min(lifetimeEnd(session), claims(session.token).exp ?? Infinity);
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
    refresh: once(async () => {
      const next = await refresh(current.refresh_token);
      if (next.user_id !== session.user_id) throw new ChatError('wrong_user', 'refreshed as another user', false);
      current = next;
      // By its lifetime, not by its `exp`: this machine's clock may be wrong.
      expiresAt = lifetimeEnd(next);
      onSession(next);
    }),
  };
}

/** Tokens of the user's own making: `getToken` is called for each newer one. */
export async function suppliedTokens(getToken: () => Promise<string> | string): Promise<TokenSource> {
  let token = await getToken();
  const { sub, exp } = claims(token);
  if (sub === undefined) throw new ChatError('token_invalid', 'the token names no user', false);
  let expiresAt = exp;
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
      expiresAt = claims(token).exp;
    }),
  };
}

function lifetimeEnd(session: SessionResponse): number {
  return Date.now() + session.expires_in * 1_000;
}

/** Reads a token without judging it: only the server can do that. */
function claims(token: string): { sub?: string; exp?: number } {
  try {
    const payload = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
    const json = JSON.parse(atob(payload)) as { sub?: unknown; exp?: unknown };
    return {
      ...(typeof json.sub === 'string' && { sub: json.sub.toLowerCase() }),
      ...(typeof json.exp === 'number' && { exp: json.exp * 1_000 }),
    };
  } catch {
    return {};
  }
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
