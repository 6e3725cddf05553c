import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePorts } from '../../../../test/testing/backend-process';
import { describeWithBackend } from '../../../../test/testing/backends';
import { Metrics, parseConfiguration, secret, silentLogger } from '@chat-app/platform';
import type { Fanout } from '../fanout';
import { createRedisFanout } from './fanout-redis';
import { collect, inState } from '../fanout.contract';

const FIRST = 'first-password';
const SECOND = 'second-password';

describeWithBackend('redis', 'the Redis fan-out behind a Sentinel', () => {
  let directory: string;
  let redisPort: number;
  let sentinelPort: number;
  let redis: ChildProcess;
  let sentinel: ChildProcess;
  let fanout: Fanout | undefined;

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'sentinel-'));
    redisPort = await freePorts(2);
    sentinelPort = redisPort + 1;
    redis = await start(['--port', String(redisPort), '--save', '', '--bind', '127.0.0.1', '--requirepass', FIRST]);
    sentinel = await startSentinel(FIRST);
  });
  afterEach(async () => {
    await fanout?.close();
    await Promise.all([redis, sentinel].map(kill));
    rmSync(directory, { recursive: true });
  });

  async function start(options: readonly string[]): Promise<ChildProcess> {
    const child = spawn('redis-server', options);
    let output = '';
    for await (const chunk of child.stdout) {
      output += String(chunk);
      if (/Ready to accept connections|\+monitor master/.test(output)) return child;
    }
    throw new Error(output);
  }

  function startSentinel(password: string): Promise<ChildProcess> {
    const file = join(directory, 'sentinel.conf');
    const lines = [
      `port ${sentinelPort}`,
      'bind 127.0.0.1',
      `requirepass ${password}`,
      `sentinel monitor chat 127.0.0.1 ${redisPort} 1`,
      `sentinel auth-pass chat ${password}`,
    ];
    writeFileSync(file, `${lines.join('\n')}\n`);
    return start([file, '--sentinel']);
  }

  async function kill(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  it('is back within seconds after both passwords were changed and every connection was cut', async () => {
    const file = join(directory, 'password');
    writeFileSync(file, FIRST);
    const { PASSWORD: password } = parseConfiguration(
      { PASSWORD_FILE: file },
      { PASSWORD: secret({ description: 'Password.' }) },
    );
    fanout = createRedisFanout({
      sentinels: [`127.0.0.1:${sentinelPort}`],
      sentinelName: 'chat',
      password,
      podName: 'pod',
      logger: silentLogger,
      metrics: new Metrics('test'),
      canaryIntervalMs: 200,
    });
    await inState(fanout, 'connected');
    const listening = collect(fanout);
    await fanout.subscribe(['rotated']);

    const degraded = inState(fanout, 'degraded');
    const admin = new Redis(redisPort, '127.0.0.1', { password: FIRST });
    await admin.config('SET', 'requirepass', SECOND);
    await kill(sentinel);
    sentinel = await startSentinel(SECOND);
    await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    admin.disconnect();
    await degraded;
    // Kubernetes brings a changed Secret to the pods later than the servers have it.
    writeFileSync(file, SECOND);

    const began = performance.now();
    await inState(fanout, 'connected');
    expect(performance.now() - began).toBeLessThan(8_000);
    await fanout.publish('rotated', 'yes');
    await expect(listening.until(1)).resolves.toEqual(['rotated=yes']);
  });
});
