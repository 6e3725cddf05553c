/** What adapters of the fan-out are made of. */
export { BrokerFanout, type BrokerEvents, type BrokerFanoutOptions, type BrokerLinks } from './broker-fanout';
export { Canary } from './canary';
export { fanoutMetrics, type FanoutMetrics } from './fanout-metrics';
export { FanoutStatus } from './fanout-status';
export { holdOf } from './hold-of';
export { Subscriptions, type SubscribingConnection } from './subscriptions';
