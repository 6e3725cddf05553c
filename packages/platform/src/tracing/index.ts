export { startTracing, type Tracing } from './start-tracing';
export {
  currentSpanIds,
  currentTraceparent,
  inSpan,
  startSpan,
  traceIdOf,
  type SpanAttributes,
  type SpanHandle,
  type SpanOptions,
} from './spans';
