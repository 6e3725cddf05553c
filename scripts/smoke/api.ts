import { randomBytes, randomUUID } from 'node:crypto';
import { HistoryResponse, SessionResponse, type StoredMessage } from '@chat-app/protocol';

/** A user made for this run. */
export interface User {
  id: string;
  username: string;
  token: string;
}

/** Registers a user with a random name and password. @throws Error with the answer where it is refused for good */
export async function registerUser(authenticationUrl: string, prefix: string, deadline: number): Promise<User> {
  const username = `${prefix}-${randomUUID().slice(0, 13)}`;
  const password = randomBytes(18).toString('base64url');
  const answer = await patiently(deadline, () =>
    fetch(`${authenticationUrl}/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username, password }),
      signal: AbortSignal.timeout(10_000),
    }),
  );
  const session = SessionResponse.parse(await answer.json());
  return { id: session.user_id, username, token: session.token };
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
    const headers = { authorization: `Bearer ${user.token}` };
    const answer = await patiently(deadline, () => fetch(url, { headers, signal: AbortSignal.timeout(10_000) }), [404]);
    if (answer.status === 404) return messages;
    const page = HistoryResponse.parse(await answer.json());
    messages.unshift(...page.messages);
    if (!page.more || page.messages.length === 0) return messages;
  }
}

/** Asks again while the answer may change: no connection, 429, 5xx. */
async function patiently(deadline: number, ask: () => Promise<Response>, known: number[] = []): Promise<Response> {
  for (;;) {
    let fault: string;
    try {
      const answer = await ask();
      if (answer.ok || known.includes(answer.status)) return answer;
      fault = `${answer.url}: ${answer.status} ${await answer.text()}`;
      if (answer.status < 500 && answer.status !== 429) throw new Refused(fault);
    } catch (thrown) {
      if (thrown instanceof Refused) throw thrown;
      fault = String(thrown instanceof Error ? (thrown.cause ?? thrown.message) : thrown);
    }
    if (Date.now() > deadline) throw new Error(`no answer in time; last: ${fault}`);
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}

class Refused extends Error {}
