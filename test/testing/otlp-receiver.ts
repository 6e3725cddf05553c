/**
 * An OTLP/HTTP receiver for tests: takes traces as any backend would (`POST /v1/traces`, protobuf, gzip or not) and
 * keeps the spans. It decodes the wire format itself, so that what is tested is what leaves the process.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

export interface ReceivedSpan {
  service: string;
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId: string | undefined;
  kind: number;
  durationMs: number;
  attributes: Record<string, string | number | boolean>;
  /** Span contexts this span is linked to. */
  links: { traceId: string; spanId: string }[];
  statusCode: number;
}

export class OtlpReceiver {
  readonly spans: ReceivedSpan[] = [];
  readonly #waiters = new Set<() => void>();

  private constructor(readonly server: Server) {}

  static async open(port = 0): Promise<OtlpReceiver> {
    const receiver: OtlpReceiver = new OtlpReceiver(
      createServer((request, response) => {
        void receiver
          .#take(request)
          .then(() => response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end());
      }),
    );
    receiver.server.listen(port, '127.0.0.1');
    await once(receiver.server, 'listening');
    return receiver;
  }

  /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
  get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Resolves with the spans once they satisfy the condition. @throws after the time allowed, naming what came */
  async until(condition: (spans: readonly ReceivedSpan[]) => boolean, timeoutMs = 15_000): Promise<ReceivedSpan[]> {
    const end = Date.now() + timeoutMs;
    while (!condition(this.spans)) {
      const rest = end - Date.now();
      if (rest <= 0) {
        throw new Error(`spans received: ${this.spans.map((span) => `${span.service}/${span.name}`).join(', ')}`);
      }
      await this.#nextBatch(rest);
    }
    return [...this.spans];
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  #nextBatch(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#waiters.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, timeoutMs);
      this.#waiters.add(wake);
    });
  }

  async #take(request: IncomingMessage): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    this.spans.push(...decodeTraces(request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body));
    [...this.#waiters].forEach((wake) => wake());
  }
}

/** A protobuf message as its fields: numbers of varints, bytes of the rest. Field numbers are those of trace.proto v1. */
type Fields = Map<number, (bigint | Buffer)[]>;

function readFields(bytes: Buffer): Fields {
  const fields: Fields = new Map();
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++] ?? 0;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const take = (length: number): Buffer => bytes.subarray(at, (at += length));
  while (at < bytes.length) {
    const tag = Number(varint());
    const wire = tag & 7;
    const value = wire === 0 ? varint() : take(wire === 1 ? 8 : wire === 5 ? 4 : Number(varint()));
    fields.set(tag >> 3, [...(fields.get(tag >> 3) ?? []), value]);
  }
  return fields;
}

const children = (fields: Fields, number: number): Fields[] =>
  (fields.get(number) ?? []).map((value) => readFields(value as Buffer));
const bytesOf = (fields: Fields, number: number): Buffer =>
  (fields.get(number)?.[0] as Buffer | undefined) ?? Buffer.alloc(0);
const hex = (fields: Fields, number: number): string => bytesOf(fields, number).toString('hex');
const nanoseconds = (fields: Fields, number: number): bigint => bytesOf(fields, number).readBigUInt64LE();

function attributesOf(fields: Fields, number: number): Record<string, string | number | boolean> {
  return Object.fromEntries(
    children(fields, number).map((pair) => {
      const value = children(pair, 2)[0] ?? new Map<number, never>();
      const [kind, [raw] = []] = [...value][0] ?? [1, []];
      const plain =
        kind === 1
          ? String(raw ?? '')
          : kind === 2
            ? raw === 1n
            : kind === 3
              ? Number(raw)
              : kind === 4
                ? (raw as unknown as Buffer).readDoubleLE()
                : '';
      return [bytesOf(pair, 1).toString(), plain];
    }),
  );
}

function decodeTraces(body: Buffer): ReceivedSpan[] {
  return children(readFields(body), 1).flatMap((resourceSpans) => {
    const resource = children(resourceSpans, 1)[0] ?? new Map<number, never>();
    const service = String(attributesOf(resource, 1)['service.name'] ?? '');
    const spans = children(resourceSpans, 2).flatMap((scopeSpans) => children(scopeSpans, 2));
    return spans.map((span) => ({
      service,
      name: bytesOf(span, 5).toString(),
      traceId: hex(span, 1),
      spanId: hex(span, 2),
      parentSpanId: hex(span, 4) || undefined,
      kind: Number(span.get(6)?.[0] ?? 0),
      durationMs: Number(nanoseconds(span, 8) - nanoseconds(span, 7)) / 1e6,
      attributes: attributesOf(span, 9),
      links: children(span, 13).map((link) => ({ traceId: hex(link, 1), spanId: hex(link, 2) })),
      statusCode: Number(children(span, 15)[0]?.get(3)?.[0] ?? 0),
    }));
  });
}
