/** How a service lives. Adapters of the three ports are subpaths: `@chat-app/platform/message-log/kafka`, … */
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
export * from './token';
export type * from './message-log/message-log';
export type * from './fanout/fanout';
export type * from './database/database';
