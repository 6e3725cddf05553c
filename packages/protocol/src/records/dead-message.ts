/** Topic of messages that could not be stored. Same key, value and headers as on `messages`, plus DEAD_MESSAGE_HEADERS. */
export const DEAD_MESSAGES_TOPIC = 'dead-messages';

/** Headers that say for what reason and from which record a message was dead-lettered. */
export const DEAD_MESSAGE_HEADERS = {
  /** A sentence for an operator. */
  error: 'error',
  /** A DeadMessageCode, or the SQLSTATE that PostgreSQL answered with. */
  errorCode: 'error-code',
  /** RFC 3339, UTC. */
  failedAt: 'failed-at',
  sourceTopic: 'source-topic',
  sourcePartition: 'source-partition',
  sourceOffset: 'source-offset',
  /** `base64` where the value was not UTF-8, `none` where there was no value; absent where the value is as it was. */
  valueEncoding: 'value-encoding',
} as const;

/** Reasons of our own for dead-lettering a message; a refusal by PostgreSQL is named by its SQLSTATE instead. */
export const DEAD_MESSAGE_CODES = [
  'unreadable',
  'unknown_kind',
  'not_a_member',
  'unknown_conversation',
  'wrong_conversation',
  'unknown_message',
  'forbidden',
  'blocked',
] as const;
export type DeadMessageCode = (typeof DEAD_MESSAGE_CODES)[number];

/** Whether a code is one of ours. */
export function isDeadMessageCode(code: string): code is DeadMessageCode {
  return (DEAD_MESSAGE_CODES as readonly string[]).includes(code);
}
