import { integer, oneOf, text, type Configuration } from '@chat-app/platform';

/** What persistence does during an outage of the database: wait in place, or re-publish as the legacy service did. */
export const DATABASE_OUTAGE_POLICIES = ['wait', 'republish'] as const;
export type DatabaseOutagePolicy = (typeof DATABASE_OUTAGE_POLICIES)[number];

/** The service's own settings. */
export interface PersistenceSettings {
  /** How often a message that the database refuses is re-published before it goes to the dead messages. */
  readonly maxRetryValue: number;
  readonly onDatabaseOutage: DatabaseOutagePolicy;
  /** Consumer group of the messages; the archive of dead messages uses `<groupId>-dead-messages`. */
  readonly groupId: string;
  /** Most records in one batch, and most messages in one store call. */
  readonly batchRecords: number;
  /** How long after it was sent a message may be edited or deleted by its sender, milliseconds; undefined: always. */
  readonly changeWithinMs: number | undefined;
}

/** The variables behind them. */
export const persistenceVariables = {
  MAX_RETRY_VALUE: integer({
    default: 3,
    min: 0,
    max: 100,
    description: 'How often a message that the database refuses is re-published before it goes to dead-messages.',
  }),
  ON_DATABASE_OUTAGE: oneOf(DATABASE_OUTAGE_POLICIES, {
    default: 'wait',
    description: 'wait: batches wait for the database, no retry is spent; republish: an outage counts as a refusal.',
  }),
  KAFKA_GROUP_ID: text({ default: 'persistence', description: 'Consumer group.' }),
  CONSUMER_BATCH_RECORDS: integer({
    default: 500,
    min: 1,
    max: 5_000,
    description: 'Most records of a batch, and most messages in one store call.',
  }),
  MESSAGE_CHANGE_SECONDS: integer({
    default: 0,
    min: 0,
    max: 315_360_000,
    description: 'How long after it was sent a message may be edited or deleted by its sender; 0: always.',
  }),
};

/** Their values. */
export type PersistenceConfiguration = Configuration<typeof persistenceVariables>;

/** The settings that they stand for. */
export function settingsFrom(configuration: PersistenceConfiguration): PersistenceSettings {
  return {
    maxRetryValue: configuration.MAX_RETRY_VALUE,
    onDatabaseOutage: configuration.ON_DATABASE_OUTAGE,
    groupId: configuration.KAFKA_GROUP_ID,
    batchRecords: configuration.CONSUMER_BATCH_RECORDS,
    changeWithinMs:
      configuration.MESSAGE_CHANGE_SECONDS === 0 ? undefined : configuration.MESSAGE_CHANGE_SECONDS * 1_000,
  };
}
