import type { Metrics } from '@chat-app/platform';

/** Every metric of the service's own; those of HTTP, the database and the log come with the platform. */
export function createPersistenceMetrics(metrics: Metrics) {
  const messages = metrics.counter({
    name: 'chat_persistence_messages_total',
    help: 'Messages taken from the log, by what became of them: stored, duplicate, retry, dead.',
    labelNames: ['outcome'],
  });
  // From 0, so that the first dead message shows as an increase.
  for (const outcome of ['stored', 'duplicate', 'retry', 'dead']) messages.inc({ outcome }, 0);
  return {
    messages,
    entries: metrics.counter({
      name: 'chat_persistence_inbox_entries_total',
      help: 'Inbox entries written for messages.',
    }),
    deadLettered: metrics.counter({
      name: 'chat_persistence_dead_lettered_total',
      help: 'Messages that could not be stored, by where they went (retry, dead) and why.',
      labelNames: ['to', 'code'],
    }),
    batchRecords: metrics.histogram({
      name: 'chat_persistence_batch_records',
      help: 'Records of a batch.',
      buckets: [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000],
    }),
    storeSeconds: metrics.histogram({
      name: 'chat_persistence_store_duration_seconds',
      help: 'Time of one successful store call.',
    }),
    delaySeconds: metrics.histogram({
      name: 'chat_persistence_store_delay_seconds',
      help: 'Time from acceptance to commit, of messages stored for the first time.',
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300],
    }),
    waiting: metrics.gauge({
      name: 'chat_persistence_batches_waiting',
      help: 'Batches that wait for the database.',
    }),
    databaseWaits: metrics.counter({
      name: 'chat_persistence_database_waits_total',
      help: 'Times that a batch began to wait because the database was unavailable.',
    }),
    lostNotices: metrics.counter({
      name: 'chat_persistence_notices_lost_total',
      help: 'Stored notices that the fan-out did not take in time.',
    }),
    receipts: metrics.counter({
      name: 'chat_persistence_receipts_total',
      help: 'Frames that told members of a conversation how far others came.',
    }),
    badHeaders: metrics.counter({
      name: 'chat_persistence_unreadable_headers_total',
      help: 'Counting headers that held no count and were read as 0.',
    }),
    removed: metrics.counter({
      name: 'chat_persistence_removed_rows_total',
      help: 'Rows removed because they expired, by table: inbox, events, dead_messages, cursors.',
      labelNames: ['table'],
    }),
    archived: metrics.counter({
      name: 'chat_persistence_dead_messages_archived_total',
      help: 'Dead messages written to the archive, by code.',
      labelNames: ['code'],
    }),
  };
}

export type PersistenceMetrics = ReturnType<typeof createPersistenceMetrics>;
