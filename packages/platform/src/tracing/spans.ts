import {
  context,
  isSpanContextValid,
  SpanKind,
  SpanStatusCode,
  trace,
  type Context,
  type Link,
  type Span,
  type SpanContext,
} from '@opentelemetry/api';
import { asError } from '../errors';
import { formatTraceparent, isSampled, parseTraceparent } from './traceparent';

/**
 * Spans for everything else. Nothing here throws or waits: tracing must never change what a service does. While tracing is
 * off (see start-tracing) a span is one shared object that does nothing. Where the sampler follows parents nothing is made below a
 * span that is not sampled either: what would be its children is that span again.
 */
export type SpanAttributes = Readonly<Record<string, string | number | boolean | undefined>>;

export interface SpanOptions {
  kind?: 'server' | 'client' | 'producer' | 'consumer' | 'internal';
  attributes?: SpanAttributes;
  /** The span this one continues, or its W3C traceparent; without it, the span in force. */
  parent?: SpanHandle | string | undefined;
  /** W3C traceparents of spans that this one has to do with: the messages of a batch. */
  links?: readonly string[];
}

export interface SpanHandle {
  /** W3C traceparent to hand on; undefined while tracing is off. */
  readonly traceparent: string | undefined;
  /**
   * The same for records and envelopes, whose readers begin no trace where they are given none: undefined also where they would
   * record nothing, since this span is not sampled and the sampler follows it.
   */
  readonly traceparentIfFollowed: string | undefined;
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
  traceparentIfFollowed: undefined,
  setAttribute: () => undefined,
  fail: () => undefined,
  end: () => undefined,
});

let enabled = false;
let followsParents = true;

/**
 * Turns spans on or off. Called by start-tracing only.
 * @param sampler whether it samples what has a parent exactly where that is sampled
 */
export function enableSpans(on: boolean, sampler: { followsParents: boolean } = { followsParents: true }): void {
  enabled = on;
  ({ followsParents } = sampler);
}

/** Runs `work` in a span; fails the span when it throws, and ends it. */
export async function inSpan<T>(
  name: string,
  options: SpanOptions,
  work: (span: SpanHandle) => Promise<T> | T,
): Promise<T> {
  if (!enabled) return work(NOTHING);
  const given = givenParent(options);
  const unsampled = unsampledParent(given);
  // It is in force already.
  if (unsampled !== undefined && given === undefined) return work(unsampled);
  const span = unsampled ?? openSpan(name, options, given);
  try {
    return await context.with(span.inForce(), () => work(span));
  } catch (thrown) {
    span.fail(thrown);
    throw thrown;
  } finally {
    span.end();
  }
}

/** Starts a span that does not become the one in force. Whoever starts it ends it. */
export function startSpan(name: string, options: SpanOptions = {}): SpanHandle {
  if (!enabled) return NOTHING;
  const given = givenParent(options);
  return unsampledParent(given) ?? openSpan(name, options, given);
}

/** Ids of the span in force, for log lines and exemplars. */
export function currentSpanIds(): { traceId: string; spanId: string; sampled: boolean } | undefined {
  if (!enabled) return undefined;
  const ids = trace.getActiveSpan()?.spanContext();
  if (ids === undefined || !isSpanContextValid(ids)) return undefined;
  return { traceId: ids.traceId, spanId: ids.spanId, sampled: isSampled(ids) };
}

class RecordedSpan implements SpanHandle {
  readonly traceparent: string | undefined;

  constructor(private readonly span: Span) {
    this.traceparent = formatTraceparent(span.spanContext());
  }

  get ids(): SpanContext {
    return this.span.spanContext();
  }

  get traceparentIfFollowed(): string | undefined {
    return this.traceparent;
  }

  inForce(): Context {
    return trace.setSpan(context.active(), this.span);
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

/** Only ids, for whoever comes after. */
class UnsampledSpan implements SpanHandle {
  constructor(readonly ids: SpanContext) {}

  get traceparent(): string | undefined {
    return formatTraceparent(this.ids);
  }

  get traceparentIfFollowed(): string | undefined {
    return followsParents ? undefined : this.traceparent;
  }

  inForce(): Context {
    return trace.setSpanContext(context.active(), this.ids);
  }

  setAttribute(): void {}
  fail(): void {}
  end(): void {}
}

type Parent = UnsampledSpan | SpanContext;

/** The parent that is named and is one: its handle where there is one, else its ids. */
function givenParent({ parent }: SpanOptions): Parent | undefined {
  if (typeof parent === 'string') return parseTraceparent(parent);
  if (parent instanceof UnsampledSpan) return parent;
  return parent instanceof RecordedSpan ? parent.ids : undefined;
}

/** The given parent, else the span in force, where it decides that nothing is recorded below it. */
function unsampledParent(given: Parent | undefined): UnsampledSpan | undefined {
  if (!followsParents) return undefined;
  if (given instanceof UnsampledSpan) return given;
  const ids = given ?? trace.getActiveSpan()?.spanContext();
  return ids === undefined || isSampled(ids) || !isSpanContextValid(ids) ? undefined : new UnsampledSpan(ids);
}

function openSpan(name: string, options: SpanOptions, given: Parent | undefined): RecordedSpan | UnsampledSpan {
  const links: Link[] = (options.links ?? []).flatMap((traceparent) => {
    const linked = parseTraceparent(traceparent);
    return linked === undefined ? [] : [{ context: linked }];
  });
  const attributes: Record<string, string | number | boolean> = {};
  for (const [key, value] of Object.entries(options.attributes ?? {})) {
    if (value !== undefined) attributes[key] = value;
  }
  const kind = KINDS[options.kind ?? 'internal'];
  const parent = given instanceof UnsampledSpan ? given.ids : given;
  const around = parent === undefined ? context.active() : trace.setSpanContext(context.active(), parent);
  const span = trace.getTracer('chat-app').startSpan(name, { kind, attributes, links }, around);
  return span.isRecording() ? new RecordedSpan(span) : new UnsampledSpan(span.spanContext());
}
