/** How a service lives. The ports and their adapters are packages of their own. */
export * from './errors';
export * from './configuration';
export * from './lifecycle';
export * from './log';
export * from './tracing';
export {
  Metrics,
  SECONDS_BUCKETS,
  type Counter,
  type Gauge,
  type Histogram,
  type Labels,
  type MetricOptions,
} from './metrics/metrics';
export * from './http';
