import { decodeChatMessage, directConversationId, type ChatMessage, type DeadMessageCode } from '@chat-app/protocol';
import type { LogRecord } from '@chat-app/message-log';

/** A record that holds a message. */
export interface Incoming {
  record: LogRecord;
  message: ChatMessage;
}

/** A record that cannot be stored, and why. */
export interface BadRecord {
  record: LogRecord;
  /** A DeadMessageCode, the SQLSTATE that PostgreSQL answered with, or the code of an outage. */
  code: string;
  /** A sentence for an operator. */
  reason: string;
  /** Trying again cannot help: it goes to the dead messages at once. */
  retryable: boolean;
}

/** Reads the records of a batch: those that hold a message, in order, and those that hold none. Never throws. */
export function decodeBatch(records: readonly LogRecord[]): { incoming: Incoming[]; bad: BadRecord[] } {
  const incoming: Incoming[] = [];
  const bad: BadRecord[] = [];
  for (const record of records) {
    const decoded = decodeChatMessage(record.value);
    if (!decoded.ok) {
      const reason = record.value === null && record.raw !== null ? 'the value is not UTF-8' : decoded.reason;
      bad.push(nonRetryable(record, 'unreadable', reason));
    } else if (isWrongConversation(decoded.message)) {
      bad.push(nonRetryable(record, 'wrong_conversation', 'the conversation is not that of sender and recipient'));
    } else {
      incoming.push({ record, message: decoded.message });
    }
  }
  return { incoming, bad };
}

/** A record that no retry can help. */
export function nonRetryable(record: LogRecord, code: DeadMessageCode, reason: string): BadRecord {
  return { record, code, reason, retryable: false };
}

function isWrongConversation(message: ChatMessage): boolean {
  return (
    message.recipient_id !== undefined &&
    message.conversation_id !== directConversationId(message.sender_id, message.recipient_id)
  );
}
