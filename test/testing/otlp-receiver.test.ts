import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { OtlpReceiver } from './otlp-receiver';

/** Runs as a process of its own: the exporter imports modules dynamically, which jest's sandbox does not allow. */
const EMIT = `
  const { SpanKind } = require('@opentelemetry/api');
  const { OTLPTraceExporter } = require('@opentelemetry/exporter-trace-otlp-proto');
  const { resourceFromAttributes } = require('@opentelemetry/resources');
  const { BasicTracerProvider, SimpleSpanProcessor } = require('@opentelemetry/sdk-trace-base');
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'websocket' }),
    spanProcessors: [new SimpleSpanProcessor(new OTLPTraceExporter({ url: process.argv[1] + '/v1/traces' }))],
  });
  const tracer = provider.getTracer('test');
  const other = tracer.startSpan('other');
  const span = tracer.startSpan('send messages', {
    kind: SpanKind.PRODUCER,
    attributes: { 'messaging.system': 'kafka', 'messaging.batch.message_count': 3, ratio: 0.5, ok: true },
    links: [{ context: other.spanContext() }],
  });
  span.end();
  console.log(JSON.stringify({ ...span.spanContext(), linked: other.spanContext() }));
  provider.shutdown();
`;

interface Emitted {
  traceId: string;
  spanId: string;
  linked: { traceId: string; spanId: string };
}

describe('the OTLP receiver', () => {
  let receiver: OtlpReceiver;
  beforeEach(async () => (receiver = await OtlpReceiver.open()));
  afterEach(() => receiver.close());

  it('reads spans as the official exporter writes them', async () => {
    const child = spawn(process.execPath, ['-e', EMIT, receiver.endpoint], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const emitted = JSON.parse(line.toString()) as Emitted;
    const [received] = await receiver.until((spans) => spans.length === 1);
    expect(received).toMatchObject({
      service: 'websocket',
      name: 'send messages',
      traceId: emitted.traceId,
      spanId: emitted.spanId,
      parentSpanId: undefined,
      kind: 4,
      attributes: { 'messaging.system': 'kafka', 'messaging.batch.message_count': 3, ratio: 0.5, ok: true },
      links: [{ traceId: emitted.linked.traceId, spanId: emitted.linked.spanId }],
    });
  });
});
