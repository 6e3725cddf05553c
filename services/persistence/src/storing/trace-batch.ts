import { MESSAGE_HEADERS } from '@chat-app/protocol';
import type { LogRecord, RecordBatch } from '@chat-app/message-log';
import { startSpan, type SpanHandle } from '@chat-app/platform';

/** OpenTelemetry keeps this many links of a span. */
const MAX_LINKS = 128;
const SAMPLED = /-[0-9a-f][13579bdf]$/;

/** The attributes of a batch's span, and its links to the traces of its messages that are sampled: of others there is nothing. */
export function describeBatch(batch: RecordBatch): { attributes: Record<string, string | number>; links: string[] } {
  const attributes = {
    'messaging.system': 'kafka',
    'messaging.operation.type': 'process',
    'messaging.destination.name': batch.topic,
    'messaging.destination.partition.id': String(batch.partition),
    'messaging.batch.message_count': batch.records.length,
  };
  const links: string[] = [];
  for (const record of batch.records) {
    const traceparent = sampledTraceOf(record);
    if (traceparent !== undefined && links.push(traceparent) === MAX_LINKS) break;
  }
  return { attributes, links };
}

/** The span that shows the store in the message's own trace; undefined where that is not sampled. */
export function startMessageSpan(record: LogRecord): SpanHandle | undefined {
  const traceparent = sampledTraceOf(record);
  return traceparent === undefined ? undefined : startSpan('store-message', { kind: 'consumer', parent: traceparent });
}

function sampledTraceOf({ headers }: LogRecord): string | undefined {
  const traceparent = headers[MESSAGE_HEADERS.traceparent];
  return traceparent !== undefined && SAMPLED.test(traceparent) ? traceparent : undefined;
}
