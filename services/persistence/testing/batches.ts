import { MESSAGES_TOPIC, type ChatMessage } from '@chat-app/protocol';
import type { LogRecord, OutgoingRecord, RecordBatch } from '@chat-app/message-log';

let nextOffset = 0;

/** A record as a consumer sees it. */
export function recordOf(value: string | null, over: Partial<LogRecord> = {}): LogRecord {
  return {
    topic: MESSAGES_TOPIC,
    partition: 0,
    offset: String(nextOffset++),
    key: 'key',
    value,
    raw: value === null ? null : Buffer.from(value),
    headers: {},
    timestampMs: Date.now(),
    ...over,
  };
}

export function recordFor(message: ChatMessage, headers: Record<string, string> = {}): LogRecord {
  return recordOf(JSON.stringify(message), { key: message.conversation_id, headers });
}

/** A batch that remembers what its handler did with it. */
export class TestBatch implements RecordBatch {
  readonly topic = MESSAGES_TOPIC;
  readonly partition = 0;
  readonly forwarded: OutgoingRecord[] = [];
  readonly abort = new AbortController();
  readonly signal = this.abort.signal;
  heartbeats = 0;
  refuseForward: Error | undefined;

  constructor(readonly records: readonly LogRecord[]) {}

  async heartbeat(): Promise<void> {
    this.heartbeats += 1;
  }

  async forward(records: readonly OutgoingRecord[]): Promise<void> {
    if (this.refuseForward !== undefined) throw this.refuseForward;
    this.forwarded.push(...records);
  }
}
