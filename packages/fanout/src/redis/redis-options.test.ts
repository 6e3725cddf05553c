import { inspect } from 'node:util';
import { parseConfiguration, secretOf, silentLogger, Metrics } from '@chat-app/platform';
import { createRedisFanout } from './fanout-redis';
import { addressFrom, connectionOptions, parseRedisUrl, reconnectDelayMs } from './redis-options';
import { redisVariables } from './redis-variables';

const context = { podName: 'pod 1', logger: silentLogger, metrics: new Metrics('test') };

describe('the options of Redis', () => {
  it('come from a URL, and from variables where both name them', () => {
    expect(parseRedisUrl('rediss://us%40er:p@cache:7000')).toEqual({
      host: 'cache',
      port: 7000,
      username: 'us@er',
      password: 'p',
      tls: true,
    });
    const options = connectionOptions({ url: 'redis://u:p@cache', username: 'v', password: secretOf('q'), ...context });
    expect(options).toMatchObject({ host: 'cache', port: 6379, username: 'v', password: 'q', connectionName: 'pod_1' });
    expect(options).not.toHaveProperty('tls');
  });

  it('come from Sentinels instead, where they are named', () => {
    const sentinels = ['one:26379', '[::1]:26380'];
    expect(connectionOptions({ url: 'redis://unused', sentinels, sentinelName: 'chat', ...context })).toMatchObject({
      sentinels: [
        { host: 'one', port: 26379 },
        { host: '::1', port: 26380 },
      ],
      name: 'chat',
    });
  });

  it.each([
    'cache:6379',
    'http://secret@cache',
    'redis://',
    'redis://u:secret%w@cache',
    'redis://secret%@cache',
    'redis://u:secret@cache/1',
    'redis://cache/secret',
  ])('refuse %s by the name of its variable', (url) => {
    let failure: unknown;
    try {
      parseRedisUrl(url);
    } catch (thrown) {
      failure = thrown;
    }
    expect(failure).toMatchObject({ code: 'configuration_invalid' });
    expect((failure as Error).message).toContain('REDIS_URL');
    expect(inspect(failure)).not.toContain('secret');
  });

  it('name a node of a cluster, with the login and the TLS of all', () => {
    const cluster = ['one:6379', 'two:6379'];
    const options = { url: 'redis://unused', cluster, username: 'v', password: secretOf('q'), tls: true, ...context };
    const node = connectionOptions(options, { host: 'three', port: 7000 });
    expect(node).toMatchObject({
      host: 'three',
      port: 7000,
      username: 'v',
      password: 'q',
      tls: { servername: 'three' },
    });
    expect(node).not.toHaveProperty('sentinels');
  });

  it('are those of Sentinels or of a cluster, not of both', () => {
    const variables = (environment: Record<string, string>) =>
      addressFrom(parseConfiguration(environment, redisVariables));
    expect(variables({ REDIS_CLUSTER: 'one:6379, [::1]:6380' })).toMatchObject({ cluster: ['one:6379', '[::1]:6380'] });
    expect(() => variables({ REDIS_CLUSTER: 'one:6379', REDIS_SENTINELS: 'two:26379' })).toThrow('REDIS_CLUSTER');
    expect(() => variables({ REDIS_CLUSTER: 'one' })).toThrow('REDIS_CLUSTER');
    expect(() => createRedisFanout({ cluster: ['one'], ...context })).toThrow('REDIS_CLUSTER');
  });

  it('refuse a Sentinel without a port', () => {
    expect(() => connectionOptions({ sentinels: ['one'], ...context })).toThrow('REDIS_SENTINELS');
  });

  it('wait longer from attempt to attempt, never more than 2 s, never the same for all', () => {
    for (const attempt of [1, 5, 50, 5_000]) {
      const delays = Array.from({ length: 50 }, () => reconnectDelayMs(attempt));
      expect(Math.max(...delays)).toBeLessThanOrEqual(2_000);
      expect(Math.min(...delays)).toBeGreaterThanOrEqual(25);
      expect(new Set(delays).size).toBeGreaterThan(1);
    }
  });
});
