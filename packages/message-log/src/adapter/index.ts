/** What adapters of the message log are made of. */
export { checkOrder } from './check-order';
export { Deadlines } from './deadlines';
export { declareLogMetrics, type ConsumerLabels, type LogMetrics } from './log-metrics';
export { murmur2, partitionOfKey } from './partition-of-key';
export { checkRecordSize, recordBytes } from './record-size';
