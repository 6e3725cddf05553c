import { Metrics } from './metrics';

jest.mock('../tracing/spans', () => ({ currentSpanIds: () => spanInForce }));
let spanInForce: { traceId: string; spanId: string; sampled: boolean } | undefined;
const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const OPENMETRICS = 'application/openmetrics-text; version=1.0.0; charset=utf-8';

describe('Metrics', () => {
  afterEach(() => {
    spanInForce = undefined;
  });

  it('exposes counters, histograms and gauges with the service as a label', async () => {
    const metrics = new Metrics('websocket');
    metrics.counter({ name: 'chat_sends_total', help: 'Sends.', labelNames: ['outcome'] }).inc({ outcome: 'ok' }, 2);
    metrics.histogram({ name: 'chat_wait_seconds', help: 'Wait.', buckets: [0.1, 1] }).observe(0.5);
    const gauge = metrics.gauge({ name: 'chat_open', help: 'Open.' });
    gauge.set(5);
    gauge.inc();
    gauge.dec({}, 2);
    const { contentType, body } = await metrics.expose();
    expect(contentType).toBe('text/plain; version=0.0.4; charset=utf-8');
    const lines = body.split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        '# HELP chat_sends_total Sends.',
        '# TYPE chat_sends_total counter',
        'chat_sends_total{outcome="ok",service="websocket"} 2',
        '# TYPE chat_wait_seconds histogram',
        'chat_wait_seconds_bucket{le="0.1",service="websocket"} 0',
        'chat_wait_seconds_bucket{le="+Inf",service="websocket"} 1',
        'chat_wait_seconds_sum{service="websocket"} 0.5',
        'chat_open{service="websocket"} 4',
      ]),
    );
  });

  it('has default buckets from 1 ms to 10 s', async () => {
    const metrics = new Metrics('x');
    metrics.histogram({ name: 'chat_wait_seconds', help: 'Wait.' }).observe(0.0005);
    const { body } = await metrics.expose();
    const bounds = [...body.matchAll(/chat_wait_seconds_bucket\{le="([^"]+)"/g)].map(([, bound]) => bound);
    expect(bounds[0]).toBe('0.001');
    expect(bounds.slice(-2)).toEqual(['10', '+Inf']);
  });

  it('answers the same in the plain format before and after the OpenMetrics format was asked for', async () => {
    const metrics = new Metrics('x');
    metrics.counter({ name: 'chat_sends_total', help: 'Sends.' }).inc();
    const own = (body: string) => body.split('\n').filter((line) => line.includes('chat_'));
    const before = own((await metrics.expose()).body);
    await metrics.expose(OPENMETRICS);
    expect(own((await metrics.expose()).body)).toEqual(before);
    expect(before).toHaveLength(3);
  });

  it('speaks OpenMetrics where asked: names without _total in TYPE, an end mark', async () => {
    const metrics = new Metrics('x');
    metrics.counter({ name: 'chat_sends_total', help: 'Sends.' }).inc();
    const { contentType, body } = await metrics.expose(`${OPENMETRICS};q=0.8,text/plain;q=0.5`);
    expect(contentType).toBe(OPENMETRICS);
    expect(body).toContain('# TYPE chat_sends counter\nchat_sends_total{service="x"} 1\n');
    expect(body.endsWith('\n# EOF\n')).toBe(true);
  });

  it('adds the trace id of a sampled span as an exemplar, in OpenMetrics only', async () => {
    const metrics = new Metrics('x');
    const counter = metrics.counter({ name: 'chat_sends_total', help: 'Sends.' });
    const histogram = metrics.histogram({ name: 'chat_wait_seconds', help: 'Wait.' });
    spanInForce = { traceId: TRACE_ID, spanId: '00f067aa0ba902b7', sampled: true };
    counter.inc();
    histogram.observe(0.2);
    const open = (await metrics.expose(OPENMETRICS)).body;
    expect(open).toMatch(new RegExp(`chat_sends_total\\{service="x"\\} 1 # \\{trace_id="${TRACE_ID}"\\} 1 [\\d.]+\n`));
    expect(open).toMatch(
      new RegExp(`chat_wait_seconds_bucket\\{le="0.25",service="x"\\} 1 # \\{trace_id="${TRACE_ID}"\\} 0.2 `),
    );
    expect((await metrics.expose()).body).not.toContain(TRACE_ID);
  });

  it('adds no exemplar of a span that is not kept', async () => {
    const metrics = new Metrics('x');
    spanInForce = { traceId: TRACE_ID, spanId: '00f067aa0ba902b7', sampled: false };
    metrics.counter({ name: 'chat_sends_total', help: 'Sends.' }).inc();
    expect((await metrics.expose(OPENMETRICS)).body).not.toContain(TRACE_ID);
  });

  it('collects Node’s own metrics, the event loop’s lag among them, without touching another registry', async () => {
    const [one, other] = [new Metrics('one'), new Metrics('other')];
    expect((await one.expose()).body).toContain('nodejs_eventloop_lag_p99_seconds{service="one"}');
    expect((await other.expose()).body).not.toContain('service="one"');
  });

  it('gives the same metric when asked twice, and refuses another kind under its name', async () => {
    const metrics = new Metrics('x');
    const options = { name: 'chat_sends_total', help: 'Sends.' };
    metrics.counter(options).inc();
    metrics.counter(options).inc();
    expect((await metrics.expose()).body).toContain('chat_sends_total{service="x"} 2');
    expect(() => metrics.gauge(options)).toThrow('chat_sends_total is a counter already, not a gauge');
  });

  it('asks a gauge for its value when it is collected', async () => {
    const metrics = new Metrics('x');
    let open = 1;
    metrics.gauge({ name: 'chat_open', help: 'Open.', collect: (gauge) => gauge.set(open) });
    expect((await metrics.expose()).body).toContain('chat_open{service="x"} 1');
    open = 7;
    expect((await metrics.expose()).body).toContain('chat_open{service="x"} 7');
  });

  it('refuses a label that was not declared', () => {
    const counter = new Metrics('x').counter({ name: 'chat_sends_total', help: 'Sends.', labelNames: ['outcome'] });
    expect(() => counter.inc({ user: 'u1' })).toThrow();
  });

  it('makes a bounded number of series of a metric, whatever its labels are told: what is beyond counts as other', async () => {
    const metrics = new Metrics('x');
    const counter = metrics.counter({ name: 'chat_sends_total', help: 'Sends.', labelNames: ['a', 'b'] });
    const gauge = metrics.gauge({ name: 'chat_open', help: 'Open.', labelNames: ['a'] });
    for (let n = 0; n < 2_500; n += 1) {
      counter.inc({ a: n, b: 'x' });
      counter.inc({ a: 0, b: 'x' });
      gauge.set(n, { a: n });
    }
    const lines = (await metrics.expose()).body.split('\n');
    expect(lines.filter((line) => line.startsWith('chat_sends_total{'))).toHaveLength(1_001);
    expect(lines.filter((line) => line.startsWith('chat_open{'))).toHaveLength(1_001);
    expect(lines).toContain('chat_sends_total{a="other",b="other",service="x"} 1500');
    expect(lines).toContain('chat_sends_total{a="0",b="x",service="x"} 2501');
  });
});
