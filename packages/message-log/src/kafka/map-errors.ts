import { PlatformError, asError, isPlatformError } from '@chat-app/platform';

/** What kafkajs's errors carry; which of it depends on the class. */
interface LibraryError extends Error {
  /** Kafka's name of the error code, of a protocol error. */
  type?: string;
}

const TOO_LARGE = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE']);

/** The membership of the group must be renewed: whoever holds a batch no longer owns its partition for certain. */
const MEMBERSHIP = new Set([
  'REBALANCE_IN_PROGRESS',
  'ILLEGAL_GENERATION',
  'UNKNOWN_MEMBER_ID',
  'NOT_COORDINATOR_FOR_GROUP',
  'FENCED_INSTANCE_ID',
]);

/** Kafka's name of the failure, found in the error or in what caused it. */
export function protocolType(thrown: unknown): string | undefined {
  for (let error = thrown, depth = 0; error instanceof Error && depth < 10; error = error.cause, depth += 1) {
    const { type } = error as LibraryError;
    if (typeof type === 'string') return type;
  }
  return undefined;
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
