/** What adapters of the fan-out are made of. */
export { Canary } from './canary';
export { fanoutMetrics } from './fanout-metrics';
export { FanoutStatus } from './fanout-status';
export { Subscriptions, type SubscribingConnection } from './subscriptions';
