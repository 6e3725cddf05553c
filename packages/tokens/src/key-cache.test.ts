import type { KeyObject } from 'node:crypto';
import { silentLogger } from '@chat-app/platform';
import { KeyCache } from './key-cache';

const HOUR_MS = 3_600_000;

describe('the keys of access tokens, on a machine whose clock is set', () => {
  let wallMs: number;
  let elapsedMs: number;
  beforeEach(() => {
    wallMs = 1_700_000_000_000;
    elapsedMs = 0;
    jest.spyOn(Date, 'now').mockImplementation(() => wallMs);
    jest.spyOn(performance, 'now').mockImplementation(() => elapsedMs);
  });
  afterEach(() => jest.restoreAllMocks());

  it.each([
    ['back', -HOUR_MS],
    ['forth', HOUR_MS],
  ])('are fetched when their time has passed, not when the clock is set %s', async (_, skewMs) => {
    let fetches = 0;
    const fetchKeys = async (): Promise<Map<string, KeyObject>> => {
      fetches += 1;
      return new Map();
    };
    const cache = new KeyCache({ fetchKeys, logger: silentLogger });
    await cache.find('unknown');
    expect(fetches).toBe(2);
    wallMs += skewMs;
    elapsedMs += 29_000;
    await cache.find('unknown');
    expect(fetches).toBe(2);
    elapsedMs += 1_000;
    await cache.find('unknown');
    expect(fetches).toBe(3);
  });
});
