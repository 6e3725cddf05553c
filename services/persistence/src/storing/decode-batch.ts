import { decodeEvent, MESSAGE_HEADERS, type DeadMessageCode } from '@chat-app/protocol';
import type { LogRecord } from '@chat-app/message-log';
import { projectEvent, type StorableEvent } from './project-event';
import { projectionOf } from './projections';

/** A record that holds an event. */
export interface Incoming extends StorableEvent {
  record: LogRecord;
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

/** Reads the records of a batch: those that hold an event, in order, and those that hold none. Never throws. */
export function decodeBatch(records: readonly LogRecord[]): { incoming: Incoming[]; bad: BadRecord[] } {
  const incoming: Incoming[] = [];
  const bad: BadRecord[] = [];
  for (const record of records) {
    const decoded = decodeEvent(record.headers[MESSAGE_HEADERS.kind], record.value);
    if (!decoded.ok) {
      const notText = decoded.code === 'unreadable' && record.value === null && record.raw !== null;
      bad.push(nonRetryable(record, decoded.code, notText ? 'the value is not UTF-8' : decoded.reason));
      continue;
    }
    const { kind, value } = decoded;
    const projection = projectionOf(kind);
    const fault = projection.fromLog
      ? projection.fault?.(value)
      : { code: 'unreadable' as const, reason: `events of kind ${kind} do not come by the log` };
    if (fault === undefined) incoming.push({ record, ...projectEvent(kind, value) });
    else bad.push(nonRetryable(record, fault.code, fault.reason));
  }
  return { incoming, bad };
}

/** A record that no retry can help. */
function nonRetryable(record: LogRecord, code: DeadMessageCode, reason: string): BadRecord {
  return { record, code, reason, retryable: false };
}
