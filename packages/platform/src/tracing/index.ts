export { startTracing, type Tracing } from './start-tracing';
export { currentSpanIds, inSpan, startSpan, type SpanAttributes, type SpanHandle, type SpanOptions } from './spans';
export { traceIdOf } from './traceparent';
