import type { z } from 'zod';
import type { Secret } from '../configuration/secret';
import { isPlatformError, PlatformError, type ErrorDetails } from '../errors';
import type { Logger } from '../log/logger';
import type { Histogram, Metrics } from '../metrics/metrics';
import { inSpan } from '../tracing/spans';
import { fillPath } from './path-pattern';
import { ExchangeError, SpreadPool, type HttpAnswer } from './spread-pool';

export interface ServiceCall<T> {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** May hold `{parameters}`; it is then the `route` label of the metrics. */
  path: string;
  params?: Readonly<Record<string, string>>;
  query?: Readonly<Record<string, string | number | boolean | undefined>>;
  body?: unknown;
  /** Schema of a success's body; null where there is none. */
  response: z.ZodType<T> | null;
  /** May be made twice, whatever its method says: it only reads. */
  repeatable?: true;
  /** Instead of the client's. */
  timeoutMs?: number;
  signal?: AbortSignal;
}

/** Calls one other service. */
export interface ServiceClient {
  /**
   * Makes one call. It follows no redirects and is not repeated, except once where a kept connection turned out to be
   * closed and the call may be made twice: its method is idempotent, or it is `repeatable`.
   * @throws PlatformError service_unavailable (no answer in time, 5xx, 429, an answer that is not as declared) or
   * service_refused (any other status); `details.status` and `details.code` say what the service answered
   */
  call<T>(call: ServiceCall<T>): Promise<T>;
  /** Closes the kept connections. */
  close(): void;
}

export interface ServiceClientOptions {
  /** Name of the other service, for metrics and messages. */
  name: string;
  baseUrl: string;
  secret?: Secret;
  secretHeader?: string;
  timeoutMs: number;
  metrics: Metrics;
  logger: Logger;
  /** Maximum connections; calls beyond wait, within their timeout. 64 by default. */
  maxConnections?: number;
  /** How long a connection is used, in milliseconds; 15 s by default. */
  maxConnectionAgeMs?: number;
  /** Largest answer; 32 MiB by default. */
  maxResponseBytes?: number;
}

const MAX_CONNECTIONS = 64;
const MAX_RESPONSE_BYTES = 32 * 1024 * 1024;
/**
 * A Service spreads connections over its pods, so a new pod has its share of the calls within some of these. Shorter than
 * the servers' keep-alive timeout too, so that a kept connection is rarely met closed.
 */
export const MAX_CONNECTION_AGE_MS = 15_000;
const IDEMPOTENT: readonly string[] = ['GET', 'PUT', 'DELETE'];

/** Makes a client with a pool of kept connections. @throws TypeError when `baseUrl` is not an http(s) URL */
export function createServiceClient(options: ServiceClientOptions): ServiceClient {
  return new HttpServiceClient(options);
}

class HttpServiceClient implements ServiceClient {
  readonly #options: ServiceClientOptions;
  readonly #base: URL;
  readonly #pool: SpreadPool;
  readonly #duration: Histogram;

  constructor(options: ServiceClientOptions) {
    this.#options = options;
    this.#base = new URL(options.baseUrl.endsWith('/') ? options.baseUrl : `${options.baseUrl}/`);
    if (!/^https?:$/.test(this.#base.protocol)) throw new TypeError(`${options.baseUrl} is not an http or https URL`);
    this.#pool = new SpreadPool({
      origin: this.#base.origin,
      maxConnections: options.maxConnections ?? MAX_CONNECTIONS,
      maxResponseBytes: options.maxResponseBytes ?? MAX_RESPONSE_BYTES,
      maxConnectionAgeMs: options.maxConnectionAgeMs ?? MAX_CONNECTION_AGE_MS,
      connectTimeoutMs: options.timeoutMs,
    });
    this.#duration = options.metrics.histogram({
      name: 'chat_client_request_duration_seconds',
      help: 'Time of calls to other services, by client, method, route and status (0 = no answer).',
      labelNames: ['client', 'method', 'route', 'status'],
    });
  }

  async call<T>(call: ServiceCall<T>): Promise<T> {
    const route = routeLabel(call.path);
    const url = this.#url(call);
    const attributes = {
      'http.request.method': call.method,
      'server.address': url.hostname,
      'server.port': Number(url.port) || (url.protocol === 'https:' ? 443 : 80),
      'url.full': `${url.origin}${url.pathname}`,
      'url.template': route,
    };
    return inSpan(`${call.method} ${route}`, { kind: 'client', attributes }, async (span) => {
      const began = performance.now();
      let status = 0;
      try {
        const response = await this.#exchange(call, url, span.traceparent);
        status = response.status;
        span.setAttribute('http.response.status_code', status);
        return this.#read(call, response);
      } finally {
        const labels = { client: this.#options.name, method: call.method, route, status };
        this.#duration.observe((performance.now() - began) / 1_000, labels);
      }
    });
  }

  close(): void {
    this.#pool.close();
  }

  #url(call: ServiceCall<unknown>): URL {
    const url = new URL(fillPath(call.path, call.params).replace(/^\/+/, ''), this.#base);
    for (const [name, value] of Object.entries(call.query ?? {})) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    return url;
  }

  async #exchange(call: ServiceCall<unknown>, url: URL, traceparent: string | undefined): Promise<HttpAnswer> {
    const { secret, secretHeader, timeoutMs } = this.#options;
    const headers: Record<string, string> = { Accept: 'application/json' };
    if (secret !== undefined && secretHeader !== undefined) headers[secretHeader] = secret.read();
    if (traceparent !== undefined) headers['traceparent'] = traceparent;
    const body = call.body === undefined ? undefined : JSON.stringify(call.body);
    if (body !== undefined) headers['Content-Type'] = 'application/json';
    const limit = new TimeLimit(call.timeoutMs ?? timeoutMs, call.signal);
    const { method } = call;
    const exchange = { method, path: `${url.pathname}${url.search}`, headers, body, signal: limit.signal };
    try {
      return await this.#pool.exchange(exchange).catch((thrown: unknown) => {
        const stale = thrown instanceof ExchangeError && thrown.staleConnection;
        if (stale && (call.repeatable === true || IDEMPOTENT.includes(method))) return this.#pool.exchange(exchange);
        throw thrown;
      });
    } catch (thrown) {
      const reason = limit.reason ?? (thrown instanceof Error ? thrown.message : String(thrown));
      throw this.#error('service_unavailable', call, `cannot be reached: ${reason}`, { reason }, thrown);
    } finally {
      limit.end();
    }
  }

  #read<T>(call: ServiceCall<T>, response: HttpAnswer): T {
    const { status } = response;
    if (status < 200 || status > 299) throw this.#refusal(call, response);
    // Where nothing is declared nothing is read; T is then what the caller expects of nothing.
    if (call.response === null) return undefined as T;
    const parsed = call.response.safeParse(parseJson(response.body));
    if (parsed.success) return parsed.data;
    const fields = parsed.error.issues.slice(0, 5).map((issue) => issue.path.map(String).join('.') || 'body');
    const details = { status, reason: 'invalid_response', fields: fields.join(', ') };
    throw this.#error('service_unavailable', call, 'answered otherwise than declared', details, parsed.error);
  }

  #refusal(call: ServiceCall<unknown>, response: HttpAnswer): PlatformError {
    const { status, headers } = response;
    const answered = errorOf(parseJson(response.body));
    const retryAfterS = Number(headers['retry-after']);
    const details = {
      status,
      code: answered?.code,
      ...(Number.isFinite(retryAfterS) && { retry_after_ms: retryAfterS * 1_000 }),
    };
    const code = status >= 500 || status === 429 ? 'service_unavailable' : 'service_refused';
    const message = `answered ${status}${answered === undefined ? '' : ` ${answered.code}: ${answered.message}`}`;
    return this.#error(code, call, message, details);
  }

  #error(
    code: 'service_unavailable' | 'service_refused',
    call: ServiceCall<unknown>,
    message: string,
    details: ErrorDetails,
    cause?: unknown,
  ): PlatformError {
    const text = `${this.#options.name} ${message} (${call.method} ${routeLabel(call.path)})`;
    const error = new PlatformError(code, text, details, cause === undefined ? undefined : { cause });
    if (isPlatformError(error, 'service_unavailable')) this.#options.logger.debug('service call failed', { error });
    return error;
  }
}

/** Aborts when the caller asks for it or when the time is over; must be ended. */
class TimeLimit {
  reason: string | undefined;
  readonly #abort = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #caller: AbortSignal | undefined;

  constructor(limitMs: number, caller: AbortSignal | undefined) {
    this.#caller = caller;
    this.#timer = setTimeout(() => this.#cut(`no answer within ${limitMs} ms`), limitMs);
    if (caller?.aborted === true) this.#onAbort();
    else caller?.addEventListener('abort', this.#onAbort, { once: true });
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#caller?.removeEventListener('abort', this.#onAbort);
  }

  readonly #onAbort = () => this.#cut('the caller gave up');

  #cut(reason: string): void {
    this.reason ??= reason;
    this.#abort.abort();
  }
}

const ID_SEGMENT = /\/(?:[0-9a-f]{8}-[0-9a-f-]{27}|\d+)(?=\/|$)/gi;

/** A bounded label of a path: parameters stay as they are written, ids that were filled in already become `{id}`. */
export function routeLabel(path: string): string {
  return path.replace(ID_SEGMENT, '/{id}');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** The error of the house's error bodies. */
function errorOf(body: unknown): { code: string; message: string } | undefined {
  if (typeof body !== 'object' || body === null || !('error' in body)) return undefined;
  const { error } = body;
  if (typeof error !== 'object' || error === null || !('code' in error) || !('message' in error)) return undefined;
  return { code: String(error.code).slice(0, 64), message: String(error.message).slice(0, 200) };
}
