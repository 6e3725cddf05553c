import { randomUUID } from 'node:crypto';
import { NetworkLimiter, type HttpResult, type TokenClaims } from '@chat-app/platform';
import { perMinute, RateLimiter } from '@chat-app/timing';
import type { SessionResponse } from '@chat-app/protocol';
import type { Context } from '../context';
import { createContext } from '../create-authentication';
import { logOutRoute } from '../sessions/log-out';
import { refreshSessionRoute } from '../sessions/refresh-session';
import { OVERFLOW } from './token-limits';
import { startHarness, type Harness } from '../testing/authentication-harness';

describe('the use of refresh tokens', () => {
  let service: Harness;
  let context: Context;
  let now: number;
  beforeAll(async () => {
    service = await startHarness();
  });
  afterAll(() => service.close());
  beforeEach(() => {
    now = 0;
    const tokenLimits = {
      addresses: new NetworkLimiter(perMinute(4), OVERFLOW),
      sessions: new RateLimiter(perMinute(3), OVERFLOW),
    };
    context = { ...createContext(service.dependencies), tokenLimits, now: () => now };
  });

  const use = (
    route: typeof refreshSessionRoute,
    address: string,
    refresh_token: string,
    attempt_id: string = randomUUID(),
  ): Promise<HttpResult> =>
    route(context).handle({
      params: undefined,
      query: undefined,
      body: { refresh_token, attempt_id },
      caller: {} as TokenClaims,
      address,
      signal: new AbortController().signal,
    });
  const codeOf = (used: Promise<HttpResult>): Promise<unknown> =>
    used.then(
      ({ status }) => status,
      (thrown: { code: string }) => thrown.code,
    );

  it('is limited for an address that guesses, log-outs and refreshes together, and for nobody else', async () => {
    const session = await service.registered('neighbour');
    const codes: unknown[] = [];
    for (let n = 0; n < 3; n += 1) {
      codes.push(await codeOf(use(refreshSessionRoute, '192.0.2.1', `guess-${n}`)));
      codes.push(await codeOf(use(logOutRoute, '192.0.2.1', `guess-${n}`)));
    }
    expect(codes).toEqual(['refresh_token_invalid', 204, 'refresh_token_invalid', 204, 'rate_limited', 'rate_limited']);
    expect(await codeOf(use(refreshSessionRoute, '192.0.2.2', session.refresh_token))).toBe(200);
    now = 16_000;
    expect(await codeOf(use(logOutRoute, '192.0.2.1', 'guess'))).toBe(204);
  });

  it('costs an address nothing where the token is right: many people may share one', async () => {
    for (let n = 0; n < 6; n += 1) {
      const { refresh_token } = await service.registered(`one-of-many-${n}`);
      expect(await codeOf(use(refreshSessionRoute, '192.0.2.3', refresh_token))).toBe(200);
      expect(await codeOf(use(logOutRoute, '192.0.2.3', refresh_token))).toBe(204);
    }
  });

  it('is limited for a session, so that rows do not grow without end; the session goes on afterwards', async () => {
    let { refresh_token } = await service.registered('eager');
    for (let n = 0; n < 3; n += 1) {
      ({ refresh_token } = (await use(refreshSessionRoute, '192.0.2.4', refresh_token)).body as SessionResponse);
    }
    expect(await codeOf(use(refreshSessionRoute, '192.0.2.4', refresh_token))).toBe('rate_limited');
    now = 21_000;
    expect(await codeOf(use(refreshSessionRoute, '192.0.2.4', refresh_token))).toBe(200);
  });

  it('finds a thief out whose own attempt, repeated without end, has used up what the session may do', async () => {
    const { refresh_token } = await service.registered('starved');
    const codes: unknown[] = [];
    for (let n = 0; n < 4; n += 1) {
      codes.push(await codeOf(use(refreshSessionRoute, '192.0.2.5', refresh_token, 'attempt of the thief')));
    }
    expect(codes).toEqual([200, 200, 200, 'rate_limited']);
    const owner = use(refreshSessionRoute, '192.0.2.6', refresh_token, 'attempt of the owner');
    expect(await codeOf(owner)).toBe('refresh_token_reused');
  });

  it('costs an address nothing where it is refused for the session, or the database is away', async () => {
    const { refresh_token } = await service.registered('honest');
    for (let n = 0; n < 10; n += 1) await codeOf(use(refreshSessionRoute, '192.0.2.7', refresh_token, 'the same'));
    const away = () => Promise.reject(new Error('the database is away'));
    const whole = context;
    context = { ...whole, database: { ...whole.database, transaction: away, query: away } };
    for (const route of [refreshSessionRoute, logOutRoute]) {
      for (let n = 0; n < 5; n += 1) {
        await expect(use(route, '192.0.2.7', refresh_token)).rejects.toThrow('the database is away');
      }
    }
    context = whole;
    expect(await codeOf(use(refreshSessionRoute, '192.0.2.7', 'a guess'))).toBe('refresh_token_invalid');
  });
});
