import { randomBytes } from 'node:crypto';
import { SessionResponse } from '@chat-app/protocol';
import { BEHIND_TLS } from './behind-tls';
import { patiently } from './patiently';

/** Share of its lifetime after which an access token is renewed. */
const RENEW_AFTER = 0.75;
/** How long a renewal is tried, milliseconds. */
const RENEWAL_MS = 60_000;

/**
 * One user's session: an access token that is renewed before it expires, however long a run takes.
 *
 * States: fresh ⇄ renewing. Callers that come while it is being renewed wait for the same renewal.
 */
export class Session {
  #current: SessionResponse;
  #renewAtMs = 0;
  /** Of the one use of the present refresh token, however often it is tried. */
  #attemptId = '';
  #renewal: Promise<string> | undefined;

  constructor(
    private readonly authenticationUrl: string,
    response: SessionResponse,
  ) {
    this.#current = response;
    this.#took(response);
  }

  get userId(): string {
    return this.#current.user_id;
  }

  /**
   * An access token that has not expired, and is not `than`: one that the caller must replace.
   * @throws Error where the session has ended, or nobody answers for a minute
   */
  async token(than?: string): Promise<string> {
    if (performance.now() < this.#renewAtMs && this.#current.token !== than) return this.#current.token;
    this.#renewal ??= this.#renew().finally(() => (this.#renewal = undefined));
    return this.#renewal;
  }

  async #renew(): Promise<string> {
    const answer = await patiently(Date.now() + RENEWAL_MS, () =>
      fetch(`${this.authenticationUrl}/refresh`, {
        method: 'POST',
        headers: { ...BEHIND_TLS, 'content-type': 'application/json' },
        body: JSON.stringify({ refresh_token: this.#current.refresh_token, attempt_id: this.#attemptId }),
        signal: AbortSignal.timeout(10_000),
      }),
    );
    this.#took(SessionResponse.parse(await answer.json()));
    return this.#current.token;
  }

  #took(response: SessionResponse): void {
    this.#current = response;
    this.#attemptId = randomBytes(16).toString('hex');
    this.#renewAtMs = performance.now() + response.expires_in * 1_000 * RENEW_AFTER;
  }
}
