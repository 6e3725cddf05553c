import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { backendAddress, describeWithBackend } from '../../../../test/testing/backends';
import { TcpProxy } from '../../../../test/testing/tcp-proxy';
import { createLogger, silentLogger, Metrics } from '@chat-app/platform';
import type { Fanout } from '../fanout';
import { createRedisFanout, type RedisFanoutOptions } from './fanout-redis';
import { collect, inState } from '../fanout.contract';
import { selfSigned, tlsArguments } from './testing/self-signed';

const CANARY_MS = 200;
const open: Fanout[] = [];
const fanout = (options: Partial<RedisFanoutOptions>): Fanout => {
  const made = createRedisFanout({
    podName: 'pod',
    logger: silentLogger,
    metrics: new Metrics('test'),
    canaryIntervalMs: CANARY_MS,
    ...options,
  });
  open.push(made);
  return made;
};
/** What happened, in order: states, and gaps. */
const eventsOf = (made: Fanout): string[] => {
  const events: string[] = [];
  made.onGap(() => events.push('gap'));
  made.onStateChange((state) => events.push(state));
  return events;
};
const valueOf = async (metrics: Metrics, name: string): Promise<number> => {
  const line = (await metrics.expose()).body.split('\n').find((each) => each.startsWith(`${name}{`));
  return Number(line?.split(' ').at(-1));
};

afterEach(() => Promise.all(open.splice(0).map((each) => each.close())));

describeWithBackend('redis', 'the Redis fan-out behind a link that fails', () => {
  const target = () => new URL(backendAddress('redis')).host;
  let proxy: TcpProxy;
  let direct: Fanout;
  beforeEach(async () => {
    proxy = await TcpProxy.open(target());
    direct = fanout({ url: backendAddress('redis'), podName: 'direct' });
    await inState(direct, 'connected');
  });
  afterEach(() => proxy.close());
  const through = async (options: Partial<RedisFanoutOptions> = {}): Promise<Fanout> => {
    const made = fanout({ url: `redis://${proxy.address}`, ...options });
    await inState(made, 'connected');
    return made;
  };

  it('receives its channels again after the link was cut, having told of the gap before it is back', async () => {
    const pod = await through();
    const events = eventsOf(pod);
    const listening = collect(pod);
    await pod.subscribe(['cut:a', 'cut:gone']);
    proxy.cut();
    await inState(pod, 'degraded');
    await pod.unsubscribe(['cut:gone']);
    await inState(pod, 'connected');
    await direct.publish('cut:gone', 'no');
    await direct.publish('cut:a', 'yes');
    await expect(listening.until(1)).resolves.toEqual(['cut:a=yes']);
    expect(events).toEqual(['degraded', 'gap', 'connected']);
  });

  it('finds a link that stopped forwarding without closing, and takes a new one', async () => {
    const metrics = new Metrics('test');
    const pod = await through({ metrics });
    const listening = collect(pod);
    await pod.subscribe(['half-open']);
    proxy.mode = 'stall';
    await inState(pod, 'degraded');
    expect(await valueOf(metrics, 'chat_fanout_canary_misses_total')).toBeGreaterThanOrEqual(2);
    expect(await valueOf(metrics, 'chat_fanout_connected')).toBe(0);
    proxy.cut();
    proxy.mode = 'pass';
    await inState(pod, 'connected');
    await direct.publish('half-open', 'yes');
    await expect(listening.until(1)).resolves.toEqual(['half-open=yes']);
  });

  it('finds a link that swallows what Redis sends', async () => {
    const pod = await through();
    proxy.mode = 'drop-responses';
    await inState(pod, 'degraded');
    proxy.mode = 'pass';
    await inState(pod, 'connected');
  });

  it('refuses to publish at once while Redis is unavailable, and sends nothing of it later', async () => {
    const pod = await through();
    const listening = collect(direct);
    await direct.subscribe(['away']);
    proxy.mode = 'refuse';
    proxy.cut();
    await inState(pod, 'degraded');
    const begin = performance.now();
    await expect(pod.publish('away', 'lost')).rejects.toMatchObject({ code: 'fanout_unavailable', retryable: true });
    // Well before the half second that a publish is given.
    expect(performance.now() - begin).toBeLessThan(250);
    proxy.mode = 'pass';
    await inState(pod, 'connected');
    await pod.publish('away', 'later');
    await expect(listening.until(1)).resolves.toEqual(['away=later']);
  });

  it('gives up a publish that is not answered within half a second', async () => {
    const pod = await through({ canaryIntervalMs: 60_000 });
    proxy.mode = 'stall';
    const begin = performance.now();
    await expect(pod.publish('stalled', 'x')).rejects.toMatchObject({ code: 'fanout_unavailable' });
    expect(performance.now() - begin).toBeLessThan(1_500);
  });

  it('keeps channels wanted that were subscribed during an outage', async () => {
    const pod = await through();
    const listening = collect(pod);
    proxy.mode = 'refuse';
    proxy.cut();
    await inState(pod, 'degraded');
    await expect(pod.subscribe(['during:kept', 'during:gone'])).rejects.toMatchObject({ code: 'fanout_unavailable' });
    await pod.unsubscribe(['during:gone']);
    proxy.mode = 'pass';
    await inState(pod, 'connected');
    await direct.publish('during:gone', 'no');
    await direct.publish('during:kept', 'yes');
    await expect(listening.until(1)).resolves.toEqual(['during:kept=yes']);
  });

  it('comes out right of a link that flaps, with one log line per change', async () => {
    const lines: string[] = [];
    const logger = createLogger({ service: 'test', destination: { write: (line) => void lines.push(line) } });
    const pod = await through({ logger });
    const listening = collect(pod);
    const many = Array.from({ length: 3_000 }, (_, index) => `flap:${index}`);
    await pod.subscribe(many);
    const events = eventsOf(pod);
    for (let cut = 0; cut < 15; cut += 1) {
      proxy.cut();
      await new Promise((resolve) => setTimeout(resolve, 20 * (cut % 5)));
    }
    await inState(pod, 'connected');
    for (const channel of ['flap:0', 'flap:1500', 'flap:2999']) await direct.publish(channel, 'x');
    await expect(listening.until(3)).resolves.toEqual(['flap:0=x', 'flap:1500=x', 'flap:2999=x']);
    expect(events.slice(-2)).toEqual(['gap', 'connected']);
    expect(lines.length).toBeLessThanOrEqual(2 * events.filter((event) => event === 'degraded').length);
    expect(lines.join('')).not.toContain('"level":"error"');
  });

  it.each(['normal', 'pubsub'])('comes back when an operator kills its %s connections', async (type) => {
    const admin = new Redis(backendAddress('redis'));
    const pod = await through();
    const listening = collect(pod);
    await pod.subscribe(['killed']);
    const degraded = inState(pod, 'degraded');
    await admin.call('CLIENT', 'KILL', 'TYPE', type);
    await degraded;
    await Promise.all([inState(pod, 'connected'), inState(direct, 'connected')]);
    await direct.publish('killed', 'yes');
    await expect(listening.until(1)).resolves.toEqual(['killed=yes']);
    admin.disconnect();
  });
});

describeWithBackend('redis', 'the Redis fan-out on a Redis that fails', () => {
  let port: number;
  let server: ChildProcess | undefined;
  beforeAll(async () => {
    const probe = createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    port = (probe.address() as AddressInfo).port;
    probe.close();
  });
  const start = async (...options: string[]): Promise<ChildProcess> => {
    const child = spawn('redis-server', ['--port', String(port), '--save', '', '--bind', '127.0.0.1', ...options]);
    server = child;
    let output = '';
    for await (const chunk of child.stdout) {
      output += String(chunk);
      if (output.includes('Ready to accept connections')) return child;
    }
    throw new Error(output);
  };
  const kill = async (signal: NodeJS.Signals): Promise<void> => {
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
    const exited = once(server, 'exit');
    server.kill(signal);
    await exited;
  };
  afterEach(() => kill('SIGKILL'));
  const url = () => `redis://127.0.0.1:${port}`;

  it('connects to a Redis that starts after it, and then receives what was wanted all along', async () => {
    const pod = fanout({ url: url() });
    const listening = collect(pod);
    await expect(pod.subscribe(['late'])).rejects.toMatchObject({ code: 'fanout_unavailable' });
    expect(pod.state).toBe('degraded');
    await start();
    await inState(pod, 'connected');
    await pod.publish('late', 'yes');
    await expect(listening.until(1)).resolves.toEqual(['late=yes']);
  });

  it('comes back after Redis was killed and started again', async () => {
    await start();
    const metrics = new Metrics('test');
    const pod = fanout({ url: url(), metrics });
    await inState(pod, 'connected');
    const events = eventsOf(pod);
    const listening = collect(pod);
    await pod.subscribe(['killed']);
    await kill('SIGKILL');
    await inState(pod, 'degraded');
    await start();
    await inState(pod, 'connected');
    await pod.publish('killed', 'yes');
    await expect(listening.until(1)).resolves.toEqual(['killed=yes']);
    expect(events).toEqual(['degraded', 'gap', 'connected']);
    expect(await valueOf(metrics, 'chat_fanout_resubscriptions_total')).toBe(2);
    expect(await valueOf(metrics, 'chat_fanout_channels')).toBe(1);
  });

  it('finds a Redis that stands still, and comes back when it goes on', async () => {
    const child = await start();
    const pod = fanout({ url: url() });
    await inState(pod, 'connected');
    const events = eventsOf(pod);
    const listening = collect(pod);
    await pod.subscribe(['stopped']);
    child.kill('SIGSTOP');
    await inState(pod, 'degraded');
    await expect(pod.publish('stopped', 'lost')).rejects.toMatchObject({ code: 'fanout_unavailable' });
    child.kill('SIGCONT');
    await inState(pod, 'connected');
    await pod.publish('stopped', 'yes');
    await expect(listening.until(1)).resolves.toEqual(['stopped=yes']);
    expect(events).toEqual(['degraded', 'gap', 'connected']);
  });

  it('rests through a short stall without dropping its connections', async () => {
    const child = await start();
    const pod = fanout({ url: url(), canaryIntervalMs: 1_000 });
    await inState(pod, 'connected');
    const events = eventsOf(pod);
    child.kill('SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, 300));
    child.kill('SIGCONT');
    await pod.publish('x', 'x');
    expect(events).toEqual([]);
  });

  it('logs in with user and password, takes up a rotated password, and says once why it cannot', async () => {
    const acl = '--user default off --user chat on >first ~* &* +publish +subscribe +unsubscribe +info +quit'.split(
      ' ',
    );
    await start(...acl);
    const lines: string[] = [];
    const logger = createLogger({ service: 'test', destination: { write: (line) => void lines.push(line) } });
    let password = 'wrong';
    const pod = fanout({ url: url(), username: 'chat', password: { read: () => password }, logger });
    await expect(pod.subscribe(['login'])).rejects.toMatchObject({ code: 'fanout_unavailable' });
    password = 'first';
    await inState(pod, 'connected');
    expect(lines.filter((line) => line.includes('degraded'))).toHaveLength(1);
    expect(lines.join('')).toContain('WRONGPASS');
    expect(lines.join('')).not.toContain('wrong');
    const listening = collect(pod);
    await pod.publish('login', 'yes');
    await expect(listening.until(1)).resolves.toEqual(['login=yes']);
  });

  it('speaks TLS to the server that its CA vouches for, and outlives handshakes with one that it does not', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'fanout-tls-'));
    const [right, wrong] = [selfSigned(directory, 'right'), selfSigned(directory, 'wrong')];
    await start('--port', '0', '--tls-port', String(port), ...tlsArguments(right));
    for (const host of ['localhost', '127.0.0.1']) {
      const pod = fanout({ url: `rediss://${host}:${port}`, tlsCaFile: right.certificate });
      await inState(pod, 'connected');
    }
    for (let delay = 0; delay < 100; delay += 10) {
      const pod = fanout({ url: `rediss://localhost:${port}`, tlsCaFile: wrong.certificate });
      await new Promise((resolve) => setTimeout(resolve, delay));
      expect(pod.state).toBe('degraded');
      await pod.close();
    }
    rmSync(directory, { recursive: true });
  });
});
