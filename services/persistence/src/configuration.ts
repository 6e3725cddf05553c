import { LIMITS } from '@chat-app/protocol';
import { integer, oneOf, text, type Configuration } from '@chat-app/platform';
import { retentionFrom, retentionVariables, type RetentionSettings } from './retention/retention-settings';

/** What persistence does during an outage of the database: wait in place, or re-publish as the legacy service did. */
const DATABASE_OUTAGE_POLICIES = ['wait', 'republish'] as const;
export type DatabaseOutagePolicy = (typeof DATABASE_OUTAGE_POLICIES)[number];

/** Who is asked before they are in a group: nobody, whoever never wrote to the inviter, or everybody. */
const INVITATION_POLICIES = ['at_once', 'ask_strangers', 'ask_everyone'] as const;
export type InvitationPolicy = (typeof INVITATION_POLICIES)[number];

/** How much one user may ask for, on one pod. */
export interface CallerLimits {
  readonly callsPerSecond: number;
  readonly callsBurst: number;
  /** Entries of inboxes that their calls write; as many at once. */
  readonly rowsPerMinute: number;
  /** Groups into which they put any one other user; as many at once. */
  readonly invitationsPerHour: number;
}

/** The service's own settings. */
export interface PersistenceSettings extends CallerLimits {
  /** How often a message that the database refuses is re-published before it goes to the dead messages. */
  readonly maxRetryValue: number;
  readonly onDatabaseOutage: DatabaseOutagePolicy;
  /** Consumer group of the messages; the archive of dead messages uses `<groupId>-dead-messages`. */
  readonly groupId: string;
  /** Most records in one batch, and most messages in one store call. */
  readonly batchRecords: number;
  /** So long what comes soon after other messages waits for more, milliseconds. */
  readonly gatherMs: number;
  /** How long after it was sent a message may be edited or deleted by its sender, milliseconds; undefined: always. */
  readonly changeWithinMs: number | undefined;
  /** Who is asked before they are in a group. */
  readonly invitations: InvitationPolicy;
  /** Groups that a user may be in. */
  readonly maxGroups: number;
  /** Members of a group, its owner included. */
  readonly maxMembers: number;
  /** Devices of a user whose positions are kept. */
  readonly maxDevices: number;
  /** How long the position of a device that does not come is kept, in days. */
  readonly keptDays: number;
  /** How long rows are kept that nobody may need. */
  readonly retention: RetentionSettings;
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
  CALLS_PER_SECOND: integer({ default: 20, min: 1, description: 'HTTP calls per second of one user on this pod.' }),
  CALLS_BURST: integer({ default: 200, min: 1, description: 'HTTP calls of one user that may come at once.' }),
  ROWS_PER_MINUTE: integer({
    default: 6_000,
    min: 1,
    description: 'Inbox entries that the HTTP calls of one user may write per minute and at once, on this pod.',
  }),
  INVITATIONS_PER_HOUR: integer({
    default: 10,
    min: 1,
    description: 'Groups into which one user may put the same other user, per hour and at once, on this pod.',
  }),
  INVITATIONS: oneOf(INVITATION_POLICIES, {
    default: 'ask_strangers',
    description:
      'Who is asked before they are in a group. at_once: nobody; ask_strangers: who never wrote to the inviter; ask_everyone.',
  }),
  MAX_GROUPS_PER_USER: integer({ default: 1_000, min: 1, max: 10_000, description: 'Groups that a user may be in.' }),
  MAX_GROUP_MEMBERS: integer({
    default: LIMITS.groupMembers,
    min: 2,
    max: LIMITS.groupMembers,
    description: 'Members of a group, its owner included.',
  }),
  MAX_DEVICES_PER_USER: integer({
    default: 50,
    min: 1,
    max: 10_000,
    description: 'Devices of a user whose positions are kept; beyond it that of the one not seen for longest goes.',
  }),
  DEVICES_KEPT_DAYS: integer({
    default: 90,
    min: 1,
    max: 36_500,
    description: 'How long the position of a device that does not come is kept, in days.',
  }),
  CONSUMER_BATCH_RECORDS: integer({
    default: 500,
    min: 1,
    max: 5_000,
    description: 'Most records of a batch, and most messages in one store call.',
  }),
  CONSUMER_GATHER_MS: integer({
    default: 50,
    min: 0,
    max: 1_000,
    description: 'Messages that come within so many milliseconds of others are stored together; after a pause at once.',
  }),
  MESSAGE_CHANGE_SECONDS: integer({
    default: 0,
    min: 0,
    max: 315_360_000,
    description: 'How long after it was sent a message may be edited or deleted by its sender; 0: always.',
  }),
  ...retentionVariables,
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
    gatherMs: configuration.CONSUMER_GATHER_MS,
    changeWithinMs:
      configuration.MESSAGE_CHANGE_SECONDS === 0 ? undefined : configuration.MESSAGE_CHANGE_SECONDS * 1_000,
    callsPerSecond: configuration.CALLS_PER_SECOND,
    callsBurst: configuration.CALLS_BURST,
    rowsPerMinute: configuration.ROWS_PER_MINUTE,
    invitationsPerHour: configuration.INVITATIONS_PER_HOUR,
    invitations: configuration.INVITATIONS,
    maxGroups: configuration.MAX_GROUPS_PER_USER,
    maxMembers: configuration.MAX_GROUP_MEMBERS,
    maxDevices: configuration.MAX_DEVICES_PER_USER,
    keptDays: configuration.DEVICES_KEPT_DAYS,
    retention: retentionFrom(configuration),
  };
}
