import { randomUUID } from 'node:crypto';
import type { SessionResponse } from '@chat-app/protocol';
import { metricValue, startHarness, type Harness } from '../testing/authentication-harness';
import { FAILED_TOKENS_PER_MINUTE, REFRESHES_PER_SESSION_PER_MINUTE } from './token-limits';

describe('the use of refresh tokens', () => {
  let service: Harness;
  beforeAll(async () => {
    service = await startHarness({ trustedProxies: 1 });
  });
  afterAll(() => service.close());

  const from = (address: string, path: string, refresh_token: string) =>
    service.call('POST', path, { refresh_token, attempt_id: randomUUID() }, { 'x-forwarded-for': address });
  const throttled = () => metricValue(service.metrics, 'chat_authentication_throttled_total', { by: 'address' });

  it('is limited for an address that guesses, log-outs and refreshes together, and for nobody else', async () => {
    const session = await service.registered('neighbour');
    const guesses = Array.from({ length: FAILED_TOKENS_PER_MINUTE }, (_, n) =>
      from('192.0.2.1', n % 2 === 0 ? '/refresh' : '/logout', `guess-${n}`),
    );
    for (const { status } of await Promise.all(guesses)) expect([204, 401]).toContain(status);
    // A slow machine refills meanwhile.
    const more = Array.from({ length: FAILED_TOKENS_PER_MINUTE }, (_, n) =>
      from('192.0.2.1', n % 2 === 0 ? '/refresh' : '/logout', `more-${n}`),
    );
    const refused = (await Promise.all(more)).filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(0);
    for (const { error } of refused) expect(error).toMatchObject({ code: 'rate_limited', retryable: true });
    expect((await from('192.0.2.2', '/refresh', session.refresh_token)).status).toBe(200);
  });

  it('costs an address nothing where the token is right: many people may share one', async () => {
    const before = await throttled();
    let { refresh_token } = await service.registered('one-of-many');
    for (let n = 0; n < 5; n += 1) {
      ({ refresh_token } = (await from('192.0.2.3', '/refresh', refresh_token)).json as SessionResponse);
    }
    const guesses = Array.from({ length: FAILED_TOKENS_PER_MINUTE }, (_, n) =>
      from('192.0.2.3', '/logout', `guess-${n}`),
    );
    for (const { status } of await Promise.all(guesses)) expect(status).toBe(204);
    expect(await throttled()).toBe(before);
  });

  it('is limited for a session, so that rows do not grow without end; the session goes on afterwards', async () => {
    let { refresh_token } = await service.registered('eager');
    let answer = await from('192.0.2.4', '/refresh', refresh_token);
    let refreshes = 0;
    for (; answer.status === 200 && refreshes < 1_000; refreshes += 1) {
      ({ refresh_token } = answer.json as SessionResponse);
      answer = await from('192.0.2.4', '/refresh', refresh_token);
    }
    expect([answer.status, answer.error?.code]).toEqual([429, 'rate_limited']);
    expect(refreshes).toBeGreaterThanOrEqual(REFRESHES_PER_SESSION_PER_MINUTE);
    await new Promise((resolve) => setTimeout(resolve, answer.error?.retry_after_ms));
    expect((await from('192.0.2.4', '/refresh', refresh_token)).status).toBe(200);
  });
});
