import type { SessionsResponse } from '@chat-app/protocol';
import { isSessions } from './answers';
import type { Call } from './conversations';

/** Where the user is logged in, and the end of it. Every method throws ChatError. */
export class SessionsApi {
  constructor(private readonly call: Call) {}

  /** The session of this client first, then the last used one. */
  async list(): Promise<SessionsResponse['sessions']> {
    return (await this.call<SessionsResponse>({ method: 'GET', path: '/sessions', answer: isSessions })).sessions;
  }

  /** Ends one session; its devices are signed out at once. @throws ChatError wrong_credentials */
  end(sessionId: string, password: string): Promise<void> {
    return this.call({ method: 'DELETE', path: `/sessions/${encodeURIComponent(sessionId)}`, body: { password } });
  }

  /** Ends all sessions but this one. @throws ChatError wrong_credentials */
  endOthers(password: string): Promise<void> {
    return this.call({ method: 'DELETE', path: '/sessions', body: { password } });
  }
}
