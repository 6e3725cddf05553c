import { randomUUID } from 'node:crypto';
import type { HttpResult, TokenClaims } from '@chat-app/platform';
import type { SessionResponse } from '@chat-app/protocol';
import type { Context } from '../context';
import { createContext } from '../create-authentication';
import { logOutRoute } from '../sessions/log-out';
import { refreshSessionRoute } from '../sessions/refresh-session';
import { startHarness, type Harness } from '../testing/authentication-harness';
import { AddressThrottle } from './address-throttle';
import { KeyedBudget } from './keyed-budget';

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
    const clock = () => now;
    const tokenLimits = { addresses: new AddressThrottle(4, 100, clock), sessions: new KeyedBudget(3, 100, clock) };
    context = { ...createContext(service.dependencies), tokenLimits };
  });

  const use = (route: typeof refreshSessionRoute, address: string, refresh_token: string): Promise<HttpResult> =>
    route(context).handle({
      params: undefined,
      query: undefined,
      body: { refresh_token, attempt_id: randomUUID() },
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
});
