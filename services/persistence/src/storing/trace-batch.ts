import { MESSAGE_HEADERS } from '@chat-app/protocol';
import type { LogRecord, RecordBatch } from '@chat-app/message-log';
import { startSpan, type SpanHandle } from '@chat-app/platform';

/** OpenTelemetry keeps this many links of a span. */
const MAX_LINKS = 128;
const SAMPLED = /-[0-9a-f][13579bdf]$/;

/** The attributes of a batch's span, and its links to the traces of its messages. */
export function describeBatch(batch: RecordBatch): { attributes: Record<string, string | number>; links: string[] } {
  const attributes = {
    'messaging.system': 'kafka',
    'messaging.operation.type': 'process',
    'messaging.destination.name': batch.topic,
    'messaging.destination.partition.id': String(batch.partition),
    'messaging.batch.message_count': batch.records.length,
  };
  const traceparents = batch.records.flatMap(({ headers }) => headers[MESSAGE_HEADERS.traceparent] ?? []);
  return { attributes, links: traceparents.slice(0, MAX_LINKS) };
}

/** The span that shows the store in the message's own trace; undefined where that is not sampled. */
export function startMessageSpan({ headers }: LogRecord): SpanHandle | undefined {
  const traceparent = headers[MESSAGE_HEADERS.traceparent];
  if (traceparent === undefined || !SAMPLED.test(traceparent)) return undefined;
  return startSpan('store-message', { kind: 'consumer', parent: traceparent });
}
