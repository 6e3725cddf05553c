import { ChatError } from '../errors';
import { monotonicNow } from '../state/clock';
import { Timers } from '../state/timers';
import { AuthenticationKeeper } from './keep-authentication';
import type { TokenSource } from './token-source';

describe('AuthenticationKeeper', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  const begin = (refresh: () => Promise<void>, lifetimeMs = 600_000) => {
    const transmitted: unknown[] = [];
    const signedOut: string[] = [];
    const timers = new Timers();
    const tokens: TokenSource = {
      userId: 'u',
      token: 'newest',
      get expiresAt() {
        return monotonicNow() + lifetimeMs;
      },
      refreshToken: 'r',
      refresh,
      forget: async () => undefined,
    };
    const authentication = new AuthenticationKeeper({
      tokens,
      timers,
      backoff: { firstMs: 500, maxMs: 30_000 },
      transmit: (frame) => (transmitted.push(frame), true),
      onSignedOut: (reason) => signedOut.push(reason),
    });
    return { authentication, transmitted, signedOut, timers };
  };

  it('refreshes a minute before the token expires, again and again, and shows each token to the server', async () => {
    let refreshes = 0;
    const { authentication, transmitted } = begin(async () => void (refreshes += 1));
    authentication.schedule();
    await jest.advanceTimersByTimeAsync(539_999);
    expect(refreshes).toBe(0);
    await jest.advanceTimersByTimeAsync(1);
    expect(refreshes).toBe(1);
    expect(transmitted).toEqual([{ type: 'authenticate', token: 'newest' }]);
    await jest.advanceTimersByTimeAsync(540_000);
    expect(refreshes).toBe(2);
  });

  it('refreshes a short-lived token after three quarters of its life', async () => {
    let refreshes = 0;
    const { authentication } = begin(async () => void (refreshes += 1), 30_000);
    authentication.schedule();
    await jest.advanceTimersByTimeAsync(22_499);
    expect(refreshes).toBe(0);
    await jest.advanceTimersByTimeAsync(1);
    expect(refreshes).toBe(1);
  });

  it('makes no storm of refreshes where the clock says that every token is expired', async () => {
    let refreshes = 0;
    const { authentication } = begin(async () => void (refreshes += 1), -1_000);
    authentication.schedule();
    await jest.advanceTimersByTimeAsync(60_000);
    expect(refreshes).toBeLessThanOrEqual(12);
  });

  it('tries again after a failure of the moment, and gives up where the session is over', async () => {
    const failures = [
      new ChatError('network', 'no answer', true),
      new ChatError('refresh_token_invalid', 'over', false),
    ];
    const { authentication, signedOut } = begin(async () => {
      throw failures.shift() ?? new Error('asked once more');
    });
    await authentication.refresh();
    expect(signedOut).toEqual([]);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(signedOut).toEqual(['over']);
    await jest.advanceTimersByTimeAsync(600_000);
    expect(signedOut).toEqual(['over']);
  });

  it('does nothing more once stopped', async () => {
    const { authentication, transmitted, timers } = begin(async () => undefined);
    authentication.schedule();
    authentication.stop();
    expect(timers.has('refresh')).toBe(false);
    await authentication.refresh();
    expect(transmitted).toEqual([]);
  });
});
