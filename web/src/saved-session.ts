/** A session as the server answered it, kept for this tab: a refresh token is single use, so another tab logs in itself. */
import type { ChatClientOptions } from '@chat-app/client';

export type Session = NonNullable<ChatClientOptions['session']>;

const KEY = 'chat-app.session';

export function savedSession(): Session | undefined {
  const text = sessionStorage.getItem(KEY);
  return text === null ? undefined : (JSON.parse(text) as Session);
}

export function saveSession(session: Session): void {
  sessionStorage.setItem(KEY, JSON.stringify(session));
}

export function forgetSession(): void {
  sessionStorage.clear();
}
