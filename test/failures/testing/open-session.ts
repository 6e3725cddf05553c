import { setTimeout as delay } from 'node:timers/promises';
import type { SessionResponse } from '@chat-app/protocol';
import { call } from '../../testing/system-users';

/** As any client does: what is refused for the moment is tried again; a name that is taken then is its own. */
export async function openSession(url: string, path: 'register' | 'login', body: object): Promise<SessionResponse> {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await call('POST', `${url}/${path}`, { body });
    if (answer.status < 300) return JSON.parse(answer.text) as SessionResponse;
    if (attempt > 1 && answer.status === 409) return openSession(url, 'login', body);
    if (!answer.body.error?.retryable || attempt === 20) {
      throw new Error(`${path} answered ${answer.status}: ${answer.text}`);
    }
    await delay(answer.body.error.retry_after_ms ?? 1_000);
  }
}
