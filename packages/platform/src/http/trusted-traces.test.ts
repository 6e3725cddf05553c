import { context, trace } from '@opentelemetry/api';
import { tracing } from '@opentelemetry/sdk-node';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { secretOf } from '../configuration';
import { enableSpans } from '../tracing/spans';
import { route } from './route';
import { base, call, sceneForEachTest } from './testing/http-scene';

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const SAMPLED = { traceparent: `00-${TRACE_ID}-00f067aa0ba902b7-01` };
const UNSAMPLED = { traceparent: `00-${TRACE_ID}-00f067aa0ba902b7-00` };
const SECRET = 'between services';

/** Turns tracing on at this ratio, as OTEL_TRACES_SAMPLER=parentbased_traceidratio does. */
function traceAt(ratio: number): tracing.InMemorySpanExporter {
  const exporter = new tracing.InMemorySpanExporter();
  const sampler = new tracing.ParentBasedSampler({ root: new tracing.TraceIdRatioBasedSampler(ratio) });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const spanProcessors = [new tracing.SimpleSpanProcessor(exporter)];
  trace.setGlobalTracerProvider(new tracing.BasicTracerProvider({ sampler, spanProcessors }));
  enableSpans(true);
  return exporter;
}

describe('the trace that a request brings along', () => {
  const scene = sceneForEachTest();
  afterEach(() => {
    enableSpans(false);
    context.disable();
    trace.disable();
  });
  const start = () =>
    scene.start({
      routes: [
        route({ ...base, method: 'GET', path: '/public', handle: async () => ({ status: 200 }) }),
        route({ ...base, access: 'internal', method: 'GET', path: '/internal', handle: async () => ({ status: 200 }) }),
      ],
      internalSecret: secretOf(SECRET),
      internalSecretHeader: 'x-internal-secret',
    });

  it('decides nothing about sampling where a client brings it: not for it at ratio 0, not against it at ratio 1', async () => {
    const none = traceAt(0);
    const server = await start();
    await call(server, 'GET', '/public', { headers: SAMPLED });
    expect(none.getFinishedSpans()).toEqual([]);
    trace.disable();
    context.disable();
    const all = traceAt(1);
    await call(server, 'GET', '/public', { headers: UNSAMPLED });
    const [span] = all.getFinishedSpans();
    expect(span?.spanContext().traceId).not.toBe(TRACE_ID);
    expect(span?.links.map((link) => link.context.traceId)).toEqual([TRACE_ID]);
  });

  it('goes on where another service brings it', async () => {
    const exporter = traceAt(0);
    const headers = { ...SAMPLED, 'x-internal-secret': SECRET };
    await call(await start(), 'GET', '/internal', { headers });
    expect(exporter.getFinishedSpans().map((span) => span.spanContext().traceId)).toEqual([TRACE_ID]);
  });
});
