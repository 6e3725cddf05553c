import type { PlatformErrorCode, Labels, Metrics } from '@chat-app/platform';

/** Where a batch came from. */
export interface ConsumerLabels {
  topic: string;
  group: string;
}

/** What every message log measures. */
export interface LogMetrics {
  appended(topic: string, seconds: number): void;
  appendFailed(code: PlatformErrorCode): void;
  batchWritten(records: number): void;
  queued(records: number): void;
  handled(labels: ConsumerLabels, records: number, seconds: number, outcome: 'stored' | 'failed'): void;
  /** Records behind the end of the partition. */
  lag(labels: ConsumerLabels, partition: number, records: number): void;
  /** When the log took the oldest record that is being handled; undefined once none is. */
  inFlight(labels: ConsumerLabels, partition: number, timestampMs: number | undefined): void;
  fetched(group: string): void;
  /** The group gave this member partitions: the first time none were moved. */
  rebalanced(group: string, first?: boolean): void;
}

const BATCH_BUCKETS = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1000];

/** Declares the metrics of message logs. Without a registry nothing is measured. */
export function declareLogMetrics(metrics: Metrics | undefined): LogMetrics {
  return metrics === undefined ? NOTHING : declare(metrics);
}

function declare(metrics: Metrics): LogMetrics {
  const consumer = ['topic', 'group'];
  const appended = metrics.histogram({
    name: 'chat_log_append_duration_seconds',
    help: 'From append to the acknowledgement of the log, per record.',
    labelNames: ['topic'],
  });
  const appendFailed = metrics.counter({
    name: 'chat_log_append_failures_total',
    help: 'Appends that were rejected, by error code.',
    labelNames: ['code'],
  });
  // From 0, so that the first failure shows as an increase.
  for (const code of ['log_unavailable', 'log_overloaded']) appendFailed.inc({ code }, 0);
  const batchWritten = metrics.histogram({
    name: 'chat_log_append_batch_records',
    help: 'Records written by one request to the log.',
    buckets: BATCH_BUCKETS,
  });
  const queued = metrics.gauge({
    name: 'chat_log_queued_records',
    help: 'Records appended and not yet acknowledged, at the last batch.',
  });
  const consumed = metrics.counter({
    name: 'chat_log_consumed_records_total',
    help: 'Records whose batch was handled and committed.',
    labelNames: consumer,
  });
  const handled = metrics.histogram({
    name: 'chat_log_handling_duration_seconds',
    help: 'How long the handler took for a batch, by outcome (stored, failed).',
    labelNames: [...consumer, 'outcome'],
  });
  const lag = metrics.gauge({
    name: 'chat_log_consumer_lag_records',
    help: 'Records between the last committed batch of this member and the end of the partition.',
    labelNames: [...consumer, 'partition'],
  });
  const oldest = new Map<string, { labels: Labels; timestampMs: number | undefined }>();
  metrics.gauge({
    name: 'chat_log_consumer_age_seconds',
    help: 'Age of the oldest record that this member is handling; 0 when none. Grows while a batch waits.',
    labelNames: [...consumer, 'partition'],
    collect: (gauge) => {
      for (const { labels, timestampMs } of oldest.values()) {
        gauge.set(timestampMs === undefined ? 0 : Math.max(0, Date.now() - timestampMs) / 1000, labels);
      }
    },
  });
  const fetched = metrics.gauge({
    name: 'chat_log_last_fetch_timestamp_seconds',
    help: 'When the consumer last had an answer from the log; its age is time() minus this.',
    labelNames: ['group'],
  });
  const rebalanced = metrics.counter({
    name: 'chat_log_rebalances_total',
    help: 'How often the consumer group gave this member other partitions.',
    labelNames: ['group'],
  });
  return {
    appended: (topic, seconds) => appended.observe(seconds, { topic }),
    appendFailed: (code) => appendFailed.inc({ code }),
    batchWritten: (records) => batchWritten.observe(records),
    queued: (records) => queued.set(records),
    handled: ({ topic, group }, records, seconds, outcome) => {
      handled.observe(seconds, { topic, group, outcome });
      if (outcome === 'stored') consumed.inc({ topic, group }, records);
    },
    lag: ({ topic, group }, partition, records) => lag.set(records, { topic, group, partition }),
    inFlight: ({ topic, group }, partition, timestampMs) => {
      oldest.set(`${group}/${topic}/${partition}`, { labels: { topic, group, partition }, timestampMs });
    },
    fetched: (group) => fetched.set(Date.now() / 1000, { group }),
    rebalanced: (group, first = false) => rebalanced.inc({ group }, first ? 0 : 1),
  };
}

const nothing = (): void => undefined;
const NOTHING: LogMetrics = {
  appended: nothing,
  appendFailed: nothing,
  batchWritten: nothing,
  queued: nothing,
  handled: nothing,
  lag: nothing,
  inFlight: nothing,
  fetched: nothing,
  rebalanced: nothing,
};
