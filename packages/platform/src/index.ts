/** How a service lives. The ports and their adapters are packages of their own. */
export * from './errors';
export { chunks } from './chunks';
export { groupBy } from './group-by';
export * from './configuration';
export * from './lifecycle';
export * from './log';
export * from './audit';
export * from './tracing';
export {
  Metrics,
  SECONDS_BUCKETS,
  type Counter,
  type Gauge,
  type Histogram,
  type MetricOptions,
} from './metrics/metrics';
export type { Labels } from './metrics/labels';
export * from './http';
