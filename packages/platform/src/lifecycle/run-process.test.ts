import { Child, compileScript, type CompiledScript } from '../testing/child-process';
import { Collector } from '../testing/collector';

// Child processes on a busy machine.
jest.setTimeout(60_000);

describe('runProcess', () => {
  let script: CompiledScript;
  const children: Child[] = [];

  beforeAll(() => {
    script = compileScript('testing/process-fixture.ts');
  }, 60_000);
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });
  afterAll(() => {
    script.remove();
  });

  function run(fixture: string, environment: Record<string, string> = {}): Child {
    const child = new Child(script, { FIXTURE: fixture, ...environment });
    children.push(child);
    return child;
  }

  it.each(['SIGTERM', 'SIGINT'] as const)('drains, releases last-in first-out and exits 0 on %s', async (signal) => {
    const child = run('plain');
    await child.said('started');
    child.kill(signal);
    expect(await child.ended).toEqual({ code: 0, signal: null });
    expect(child.messages).toEqual(['started', 'stopping', 'draining', 'released second', 'released first', 'stopped']);
    expect(child.lines[1]).toMatchObject({ reason: signal, service: 'fixture' });
    expect(child.lines[2]).toMatchObject({ aborted: true });
  });

  it('keeps the spans of draining: tracing ends last', async () => {
    const collector = new Collector();
    const child = run('plain', { OTEL_EXPORTER_OTLP_ENDPOINT: await collector.start() });
    await child.said('started');
    child.kill('SIGTERM');
    expect((await child.ended).code).toBe(0);
    collector.stop();
    const sent = collector.requests.map((request) => request.body).join('');
    expect(sent).toContain('fixture starts');
    expect(sent).toContain('fixture drains');
    const draining = child.lines.find((line) => line['message'] === 'draining');
    expect(draining).toHaveProperty('trace_id');
  });

  it('exits 1 at once on a second signal', async () => {
    const child = run('hanging-drain');
    await child.said('started');
    child.kill('SIGTERM');
    await child.said('draining');
    child.kill('SIGTERM');
    expect((await child.ended).code).toBe(1);
    expect(child.messages.at(-1)).toBe('second signal: leaving at once');
  });

  it('is killed by the deadline when stopping takes too long', async () => {
    const child = run('hanging-drain', { SHUTDOWN_TIMEOUT_MS: '300' });
    await child.said('started');
    child.kill('SIGTERM');
    expect((await child.ended).code).toBe(1);
    expect(child.messages.at(-1)).toBe('stopping took too long: leaving');
  });

  it('stops while starting, without waiting for the start', async () => {
    const child = run('hanging-start');
    await child.said('hanging');
    child.kill('SIGTERM');
    expect((await child.ended).code).toBe(0);
    expect(child.messages).toEqual(['hanging', 'stopping', 'released second', 'released first', 'stopped']);
  });

  it('stops when the service asks for it, with the exit code it names', async () => {
    expect((await run('stop').ended).code).toBe(0);
    const failed = run('stop-failed');
    expect((await failed.ended).code).toBe(1);
    expect(failed.messages).toContain('released first');
  });

  it('releases what it holds and exits 1 when the start fails', async () => {
    const child = run('failing-start');
    expect((await child.ended).code).toBe(1);
    expect(child.messages).toEqual(['start failed', 'stopping', 'released second', 'released first', 'stopped']);
    expect(child.lines[0]).toMatchObject({ level: 'fatal', error: { message: 'start broke' } });
  });

  it('prints every configuration fault on standard error and exits 2', async () => {
    const child = run('', { PORT: 'eighty', KEY: 'hunter2', KEY_FILE: '/nowhere' });
    expect((await child.ended).code).toBe(2);
    expect(child.stderr).toContain('fixture cannot start; correct its configuration:\n  FIXTURE is not set');
    expect(child.stderr).toContain('\n  PORT must be an integer of at least 0 but is "eighty"\n');
    expect(child.stderr).toContain('\n  KEY and KEY_FILE are both set; keep one of them\n');
    expect(child.stderr).not.toContain('hunter2');
  });

  it.each([
    ['failing-release', 'cleanup failed', 'release broke'],
    ['failing-drain', 'drain failed', 'drain broke'],
  ])('goes on stopping and exits 1 on a %s', async (fixture, message, reason) => {
    const child = run(fixture);
    await child.said('started');
    child.kill('SIGTERM');
    expect((await child.ended).code).toBe(1);
    expect(child.lines).toContainEqual(
      expect.objectContaining({ message, error: expect.objectContaining({ message: reason }) as unknown }),
    );
    expect(child.messages.slice(-2)).toEqual(['released first', 'stopped']);
  });

  it.each([
    ['uncaught', 'uncaught exception'],
    ['unhandled', 'unhandled rejection'],
  ])('logs an %s error as fatal, not one line lost, and exits 1', async (fixture, message) => {
    const child = run(fixture);
    expect((await child.ended).code).toBe(1);
    expect(child.lines.at(-1)).toMatchObject({ level: 'fatal', message, error: { message: `${fixture} broke` } });
  });
});
