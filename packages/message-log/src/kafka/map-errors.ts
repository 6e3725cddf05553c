import { PlatformError, asError, isPlatformError } from '@chat-app/platform';

/** What kafkajs's errors carry; which of it depends on the class. */
interface LibraryError extends Error {
  /** Kafka's name of the error code, of a protocol error. */
  type?: string;
}

const TOO_LARGE = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE']);

/** The membership of the group must be renewed: whoever holds a batch no longer owns its partition for certain. */
const MEMBERSHIP = new Set(['REBALANCE_IN_PROGRESS', 'ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID', 'FENCED_INSTANCE_ID']);

/** A broker cannot be reached, or does not answer. */
const UNREACHABLE = new Set([
  'KafkaJSConnectionError',
  'KafkaJSConnectionClosedError',
  'KafkaJSRequestTimeoutError',
  'KafkaJSBrokerNotFound',
  'KafkaJSLockTimeout',
]);

/** The broker asked does not coordinate the group, or not yet. */
const NOT_COORDINATOR = new Set([
  'GROUP_LOAD_IN_PROGRESS',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR_FOR_GROUP',
  'REQUEST_TIMED_OUT',
]);

/** Leaders have moved, or are being elected. */
const STALE_METADATA = new Set([
  'LEADER_NOT_AVAILABLE',
  'NOT_LEADER_FOR_PARTITION',
  'FENCED_LEADER_EPOCH',
  'UNKNOWN_LEADER_EPOCH',
  'UNKNOWN_TOPIC_OR_PARTITION',
]);

/** Kafka's name of the failure, found in the error or in what caused it. */
function protocolType(thrown: unknown): string | undefined {
  for (let error = thrown, depth = 0; error instanceof Error && depth < 10; error = error.cause, depth += 1) {
    const { type } = error as LibraryError;
    if (typeof type === 'string') return type;
  }
  return undefined;
}

/** Whether the error, or one that caused it, is of a broker that cannot be reached or does not answer. */
function isUnreachable(thrown: unknown): boolean {
  for (let error = thrown, depth = 0; error instanceof Error && depth < 10; error = error.cause, depth += 1) {
    if (UNREACHABLE.has(error.name)) return true;
  }
  return false;
}

/** Whether another broker has to be asked for the group: the membership as such is not in question. */
export function isCoordinatorLost(thrown: unknown): boolean {
  if (isUnreachable(thrown) || NOT_COORDINATOR.has(protocolType(thrown) ?? '')) return true;
  return thrown instanceof Error && thrown.name === 'KafkaJSGroupCoordinatorNotFound';
}

/** Whether newer metadata say where to go on. */
export function isMetadataStale(thrown: unknown): boolean {
  if (isUnreachable(thrown) || STALE_METADATA.has(protocolType(thrown) ?? '')) return true;
  return thrown instanceof Error && thrown.name === 'KafkaJSTopicMetadataNotLoaded';
}

/** Whether the broker found the request, or a record in it, too large. */
export function isTooLarge(thrown: unknown): boolean {
  return TOO_LARGE.has(protocolType(thrown) ?? '');
}

/** Whether the group gave the partition to another member, or is about to. */
export function isMembershipLost(thrown: unknown): boolean {
  return MEMBERSHIP.has(protocolType(thrown) ?? '');
}

/**
 * What a failed append means to its caller. kafkajs's own flag is not used: a broker that is down arrives as
 * KafkaJSNonRetriableError (measured), and nothing that a broker or the network does makes a later attempt useless, except
 * a record that is too large.
 */
export function appendError(thrown: unknown, topic: string): PlatformError {
  if (isPlatformError(thrown)) return thrown;
  const cause = asError(thrown);
  const details = { topic, kafka_error: protocolType(thrown) ?? cause.name };
  return isTooLarge(thrown)
    ? new PlatformError('log_record_too_large', `${topic} does not take a record of this size`, details, { cause })
    : new PlatformError('log_unavailable', `Kafka did not confirm the record: ${cause.message}`, details, { cause });
}
