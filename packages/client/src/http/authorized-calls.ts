import { ChatError } from '../errors';
import type { ApiCall } from './conversations';
import { request, type Fetch } from './request';

export interface AuthorizedCallsParts {
  fetch: Fetch;
  timeoutMs: number;
  tokens: { readonly token: string };
  /** Sees to a newer token, where there is one to be had. */
  refresh: () => Promise<void>;
}

/** Calls of the HTTP APIs with the token of the session. */
export class AuthorizedCalls {
  constructor(private readonly parts: AuthorizedCallsParts) {}

  /** Makes a call of the API at this address. @throws ChatError */
  call<T>(base: string, { path, ...call }: ApiCall<T>): Promise<T> {
    const { fetch, timeoutMs } = this.parts;
    return this.withToken((token) => request<T>(fetch, { ...call, url: base + path, token, timeoutMs }));
  }

  /** Makes a call with the token, once more where the token was the fault. */
  async withToken<T>(call: (token: string) => Promise<T>): Promise<T> {
    const { tokens, refresh } = this.parts;
    const used = tokens.token;
    try {
      return await call(used);
    } catch (thrown) {
      // A wrong password is no fault of the token.
      if (!(thrown instanceof ChatError) || thrown.status !== 401 || thrown.code === 'wrong_credentials') throw thrown;
      if (tokens.token === used) await refresh();
      return call(tokens.token);
    }
  }
}
