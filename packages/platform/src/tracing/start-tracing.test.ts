import { Child, compileScript, type CompiledScript } from '../testing/child-process';
import { Collector } from '../testing/collector';
import { silentLogger } from '../log/silent-logger';
import { startTracing } from './start-tracing';

// Child processes on a busy machine.
jest.setTimeout(60_000);

describe('startTracing', () => {
  let script: CompiledScript;
  let collector: Collector;

  beforeAll(() => {
    script = compileScript('testing/tracing-fixture.ts');
  }, 60_000);
  beforeEach(() => {
    collector = new Collector();
  });
  afterEach(() => collector.stop());
  afterAll(() => script.remove());

  async function run(environment: Record<string, string>): Promise<Record<string, unknown>> {
    const child = new Child(script, environment);
    expect((await child.ended).code).toBe(0);
    return child.lines[0]!;
  }

  it('loads and does nothing without an endpoint, or where OTEL_* turns it off', async () => {
    const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: await collector.start() };
    for (const off of [{}, { ...endpoint, OTEL_SDK_DISABLED: 'true' }, { ...endpoint, OTEL_TRACES_EXPORTER: 'none' }]) {
      const told = await run(off);
      expect(told).toMatchObject({ loaded: false });
      expect(told).not.toHaveProperty('traceparent');
    }
    expect(collector.requests).toHaveLength(0);
  });

  it('exports spans as OTLP protobuf under the service’s name, the last ones when it closes', async () => {
    const told = await run({
      OTEL_EXPORTER_OTLP_ENDPOINT: await collector.start(),
      OTEL_RESOURCE_ATTRIBUTES: 'team=chat',
    });
    expect(told).toMatchObject({ same: true, loaded: true });
    expect(told['traceparent']).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    expect(told).not.toHaveProperty('after');
    expect(collector.requests).toHaveLength(1);
    const [request] = collector.requests;
    expect(request).toMatchObject({ url: '/v1/traces', type: 'application/x-protobuf' });
    for (const text of ['store messages', 'service.name', 'persistence', 'team']) expect(request!.body).toContain(text);
  });

  it('samples as OTEL_TRACES_SAMPLER says, and still hands on trace ids', async () => {
    const told = await run({ OTEL_EXPORTER_OTLP_ENDPOINT: await collector.start(), OTEL_TRACES_SAMPLER: 'always_off' });
    expect(told['traceparent']).toMatch(/-00$/);
    expect(collector.requests).toHaveLength(0);
  });

  it.each([
    ['always_on', '01'],
    ['parentbased_always_on', '00'],
    ['', '00'],
  ])(
    'lets the parent decide where the sampler is based on it: %j below one that is not sampled',
    async (sampler, flags) => {
      const told = await run({
        OTEL_EXPORTER_OTLP_ENDPOINT: await collector.start(),
        OTEL_TRACES_SAMPLER: sampler,
        PARENT: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00',
      });
      expect(told['traceparent']).toMatch(new RegExp(`^00-4bf92f3577b34da6a3ce929d0e0e4736-[0-9a-f]{16}-${flags}$`));
    },
  );

  it('never holds up the work, and the end for at most three seconds, when the collector hangs', async () => {
    collector = new Collector(true);
    // More spans than the queue (2,048) holds: the rest is dropped.
    const told = await run({
      OTEL_EXPORTER_OTLP_ENDPOINT: await collector.start(),
      OTEL_BSP_SCHEDULE_DELAY: '10',
      SPANS: '5000',
    });
    expect(collector.requests.length).toBeGreaterThan(0);
    // The exporter itself would wait ten seconds.
    expect(told['workedMs']).toBeLessThan(8_000);
    expect(told['closedMs']).toBeLessThan(5_000);
  });

  it.each([
    'nope',
    'collector:4317',
    'grpc://u:pass@h:4317',
    'http://u:pass@h:99999',
    'http://u:p%@h%',
    'http://u:p%w@h:4318',
  ])(
    'is off, and says why without showing what may be a password, where the endpoint is no URL: %s',
    async (endpoint) => {
      const warnings: string[] = [];
      const logger = { ...silentLogger, warn: (message: string) => void warnings.push(message) };
      await startTracing({ service: 's', environment: { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }, logger }).close();
      expect(warnings).toEqual([
        'tracing is off: OTEL_EXPORTER_OTLP_ENDPOINT must be a URL: http://host:port or https://host:port',
      ]);
    },
  );

  it('closes quietly when there is no collector', async () => {
    const told = await run({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' });
    expect(told).toMatchObject({ message: 'done' });
  });
});
