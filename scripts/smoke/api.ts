import { randomBytes, randomUUID } from 'node:crypto';
import { HistoryResponse, SessionResponse, type StoredMessage } from '@chat-app/protocol';
import { BEHIND_TLS } from './behind-tls';
import { patiently } from './patiently';
import { Session } from './session';

/** A user made for this run. */
export interface User {
  id: string;
  username: string;
  session: Session;
}

/** Registers a user with a random name and password. @throws Error with the answer where it is refused for good */
export async function registerUser(authenticationUrl: string, prefix: string, deadline: number): Promise<User> {
  const username = `${prefix}-${randomUUID().slice(0, 13)}`;
  const password = randomBytes(18).toString('base64url');
  const answer = await patiently(deadline, () =>
    fetch(`${authenticationUrl}/register`, {
      method: 'POST',
      headers: { ...BEHIND_TLS, 'content-type': 'application/json' },
      body: JSON.stringify({ username, password }),
      signal: AbortSignal.timeout(10_000),
    }),
  );
  const session = SessionResponse.parse(await answer.json());
  return { id: session.user_id, username, session: new Session(authenticationUrl, session) };
}

/** All stored messages of a conversation, newest page first. Empty where there is no such conversation yet. */
export async function readHistory(
  persistenceUrl: string,
  user: User,
  conversationId: string,
  deadline: number,
): Promise<StoredMessage[]> {
  const messages: StoredMessage[] = [];
  for (;;) {
    const before = messages[0] === undefined ? '' : `&before=${messages[0].message_id}`;
    const url = `${persistenceUrl}/conversations/${conversationId}/messages?limit=100${before}`;
    const ask = async () => {
      const headers = { ...BEHIND_TLS, authorization: `Bearer ${await user.session.token()}` };
      return fetch(url, { headers, signal: AbortSignal.timeout(10_000) });
    };
    const answer = await patiently(deadline, ask, [404]);
    if (answer.status === 404) return messages;
    const page = HistoryResponse.parse(await answer.json());
    messages.unshift(...page.messages);
    if (!page.more || page.messages.length === 0) return messages;
  }
}
