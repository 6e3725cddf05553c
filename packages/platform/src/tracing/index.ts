export { startTracing, type Tracing } from './start-tracing';
export {
  currentSpanIds,
  inSpan,
  startSpan,
  traceIdOf,
  type SpanAttributes,
  type SpanHandle,
  type SpanOptions,
} from './spans';
