import {
  context,
  isSpanContextValid,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Context,
  type Link,
  type Span,
} from '@opentelemetry/api';
import { asError } from '../errors';

/**
 * Spans for everything else. Nothing here throws or waits: tracing must never change what a service does. While tracing is
 * off (see start-tracing) a span is one shared object that does nothing.
 */
export type SpanAttributes = Readonly<Record<string, string | number | boolean | undefined>>;

export interface SpanOptions {
  kind?: 'server' | 'client' | 'producer' | 'consumer' | 'internal';
  attributes?: SpanAttributes;
  /** W3C traceparent of the span this one continues; without it, the span in force. */
  parent?: string | undefined;
  /** W3C traceparents of spans that this one has to do with: the messages of a batch. */
  links?: readonly string[];
}

export interface SpanHandle {
  /** W3C traceparent to hand on; undefined while tracing is off. */
  readonly traceparent: string | undefined;
  setAttribute(key: string, value: string | number | boolean): void;
  /** Marks the span as failed, with this error. */
  fail(error: unknown): void;
  /** Ends it. Once is enough; again does nothing. */
  end(): void;
}

const KINDS = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
  internal: SpanKind.INTERNAL,
} as const;

const NOTHING: SpanHandle = Object.freeze({
  traceparent: undefined,
  setAttribute: () => undefined,
  fail: () => undefined,
  end: () => undefined,
});

const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$/;
let enabled = false;

/** Turns spans on or off. Called by start-tracing only. */
export function enableSpans(on: boolean): void {
  enabled = on;
}

/** Runs `work` in a span; fails the span when it throws, and ends it. */
export async function inSpan<T>(
  name: string,
  options: SpanOptions,
  work: (span: SpanHandle) => Promise<T> | T,
): Promise<T> {
  if (!enabled) return work(NOTHING);
  const span = new OpenTelemetrySpan(openSpan(name, options));
  try {
    return await context.with(trace.setSpan(context.active(), span.span), () => work(span));
  } catch (thrown) {
    span.fail(thrown);
    throw thrown;
  } finally {
    span.end();
  }
}

/** Starts a span that does not become the one in force. Whoever starts it ends it. */
export function startSpan(name: string, options: SpanOptions = {}): SpanHandle {
  return enabled ? new OpenTelemetrySpan(openSpan(name, options)) : NOTHING;
}

/** Ids of the span in force, for log lines and exemplars. */
export function currentSpanIds(): { traceId: string; spanId: string; sampled: boolean } | undefined {
  if (!enabled) return undefined;
  const ids = trace.getActiveSpan()?.spanContext();
  if (ids === undefined || !isSpanContextValid(ids)) return undefined;
  return { traceId: ids.traceId, spanId: ids.spanId, sampled: (ids.traceFlags & TraceFlags.SAMPLED) !== 0 };
}

/** The trace id of a W3C traceparent, or undefined where it is not one. */
export function traceIdOf(traceparent: string | undefined): string | undefined {
  const traceId = traceparent === undefined ? undefined : TRACEPARENT.exec(traceparent)?.[1];
  return traceId === undefined || /^0+$/.test(traceId) ? undefined : traceId;
}

class OpenTelemetrySpan implements SpanHandle {
  readonly traceparent: string | undefined;

  constructor(readonly span: Span) {
    this.traceparent = traceparentOf(span);
  }

  setAttribute(key: string, value: string | number | boolean): void {
    this.span.setAttribute(key, value);
  }

  fail(thrown: unknown): void {
    const error = asError(thrown);
    const code: unknown = (error as { code?: unknown }).code;
    this.span.recordException(error);
    this.span.setAttribute('error.type', typeof code === 'string' ? code : error.name);
    this.span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
  }

  end(): void {
    if (this.span.isRecording()) this.span.end();
  }
}

function openSpan(name: string, options: SpanOptions): Span {
  const links: Link[] = (options.links ?? []).flatMap((traceparent) => {
    const linked = parseTraceparent(traceparent);
    return linked === undefined ? [] : [{ context: linked }];
  });
  const attributes: Record<string, string | number | boolean> = {};
  for (const [key, value] of Object.entries(options.attributes ?? {})) {
    if (value !== undefined) attributes[key] = value;
  }
  const kind = KINDS[options.kind ?? 'internal'];
  return trace.getTracer('chat-app').startSpan(name, { kind, attributes, links }, contextOf(options.parent));
}

function contextOf(parent: string | undefined): Context {
  const remote = parent === undefined ? undefined : parseTraceparent(parent);
  return remote === undefined ? context.active() : trace.setSpanContext(context.active(), remote);
}

/** W3C Trace Context, section 3.2: version 00, and later versions read as 00. */
function parseTraceparent(traceparent: string) {
  const [, traceId, spanId, flags] = TRACEPARENT.exec(traceparent) ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined || traceparent.startsWith('ff')) {
    return undefined;
  }
  const parsed = { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & TraceFlags.SAMPLED, isRemote: true };
  return isSpanContextValid(parsed) ? parsed : undefined;
}

function traceparentOf(span: Span): string | undefined {
  const ids = span.spanContext();
  if (!isSpanContextValid(ids)) return undefined;
  return `00-${ids.traceId}-${ids.spanId}-${ids.traceFlags.toString(16).padStart(2, '0')}`;
}
