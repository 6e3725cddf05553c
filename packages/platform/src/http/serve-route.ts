import type { IncomingMessage, ServerResponse } from 'node:http';
import { TIMED_OUT } from '@chat-app/timing';
import type { Audit } from '../audit/audit';
import { auditRefusal, isRecorded } from '../audit/audit-refusal';
import type { Logger } from '../log/logger';
import type { TokenClaims } from './claims';
import { inSpan, type SpanHandle, type SpanOptions } from '../tracing/spans';
import { traceIdOf } from '../tracing/traceparent';
import { authorize, type AccessRules } from './authorize';
import { checkInput } from './check-input';
import { errorAnswer, toHttpError } from './error-answer';
import type { HttpError } from './http-error';
import { httpError } from './http-error';
import type { HttpResult, Route } from './route';

/** One request and its answer, as the server library hands them over. */
export interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  params: unknown;
  query: unknown;
  /** The client's address, by the trusted proxies. */
  address: string;
  /** Known before any span: the caller's trace id, or a random one. */
  traceId: string;
  /** Who asks, once that is known. */
  caller?: TokenClaims | undefined;
  /** Resolves to undefined where there is no body. @throws HttpError */
  readBody(): Promise<unknown>;
}

export interface RouteRules extends AccessRules {
  logger: Logger;
  /** Told of refusals that say something about who asks. */
  audit?: Audit;
  /** Longest time for a handler, in milliseconds. */
  requestTimeoutMs: number;
  /** Checks answers against the route's schemas too; for tests. */
  checkResponses?: boolean;
}

/** Answers one request of a route: access, body, input, handler. Never rejects; every fault becomes an answer. */
export async function serveRoute(route: Route, exchange: Exchange, rules: RouteRules): Promise<void> {
  const { request } = exchange;
  const attributes = {
    'http.request.method': request.method,
    'http.route': route.path,
    'url.path': request.url?.split('?', 1)[0],
    'url.scheme': 'http',
    'client.address': exchange.address,
    'user_agent.original': request.headers['user-agent'],
  };
  const options = { kind: 'server', attributes, ...traceOf(route, request) } as const;
  await inSpan(`${route.method} ${route.path}`, options, async (span) => {
    const traceId = traceIdOf(span.traceparent) ?? exchange.traceId;
    exchange.response.setHeader('X-Trace-Id', traceId);
    const status = await answerWithin(route, exchange, rules, traceId, span);
    span.setAttribute('http.response.status_code', status);
  });
}

/**
 * A trace of another service goes on here. That of a client is linked to and no more: it must not decide what is sampled
 * (the sampler follows a parent), neither for nor against.
 */
function traceOf({ access }: Route, { headers }: IncomingMessage): Pick<SpanOptions, 'parent' | 'links'> {
  const given = headerText(headers['traceparent']);
  if (given === undefined) return {};
  return access === 'internal' ? { parent: given } : { links: [given] };
}

async function answerWithin(
  route: Route,
  exchange: Exchange,
  rules: RouteRules,
  traceId: string,
  span: SpanHandle,
): Promise<number> {
  const deadline = new Deadline(exchange.response, rules.requestTimeoutMs);
  try {
    const result = await deadline.race(handle(route, exchange, rules, deadline.signal));
    return writeJson(exchange.response, result.status, result.headers, result.body);
  } catch (thrown) {
    if (deadline.gone) return 499;
    const error = thrown === TIMED_OUT ? timedOut(rules) : toHttpError(thrown, rules.errors, traceId);
    if (!isRecorded(thrown)) auditRefused(route, exchange, rules, error);
    const fields = { error: thrown, method: route.method, route: route.path, trace_id: traceId };
    if (error.status >= 500) {
      span.fail(thrown === TIMED_OUT ? error : thrown);
      if (error.code === 'internal') rules.logger.error('request failed', fields);
      else rules.logger.warn('request could not be served', fields);
    }
    const answer = errorAnswer(error);
    return writeJson(exchange.response, answer.status, answer.headers, answer.body);
  } finally {
    deadline.end();
  }
}

/** Characters of a `User-Agent` that are looked at: it may be as long as all headers. */
const MAX_USER_AGENT = 256;

/** A secret that services share is known by them alone: who gives another is none of them. */
function auditRefused(route: Route, { caller, address }: Exchange, { audit }: RouteRules, error: HttpError): void {
  const code = route.access === 'internal' && error.status === 401 ? 'wrong_secret' : error.code;
  const where = { action: 'access', address, route: `${route.method} ${route.path}` } as const;
  auditRefusal(audit, code, { ...where, user_id: caller?.userId, session_id: caller?.sessionId });
}

async function handle(route: Route, exchange: Exchange, rules: RouteRules, signal: AbortSignal): Promise<HttpResult> {
  const { request, address } = exchange;
  const caller = await authorize(route.access, request.headers, rules);
  exchange.caller = caller;
  const params = checkInput('path', route.params, exchange.params, rules.errors);
  const query = checkInput('query', route.query, exchange.query, rules.errors);
  const body = checkInput('body', route.body, await exchange.readBody(), rules.errors);
  // `caller` is promised to be there exactly where the route's access is `user`.
  const userAgent = request.headers['user-agent']?.slice(0, MAX_USER_AGENT);
  const claims = caller as TokenClaims;
  const result = await route.handle({ params, query, body, caller: claims, address, userAgent, signal });
  if (rules.checkResponses === true) checkResponse(route, result);
  return result;
}

function checkResponse(route: Route, result: HttpResult): void {
  const schema = route.responses[result.status];
  if (schema === undefined) {
    throw new TypeError(`${route.method} ${route.path} does not declare status ${result.status}`);
  }
  if (schema === null) {
    if (result.body !== undefined) throw new TypeError(`${route.path} answers ${result.status} with a body`);
    return;
  }
  schema.parse(result.body);
}

/** Writes a JSON answer, or one without a body. @returns the status */
export function writeJson(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>> = {},
  body?: unknown,
): number {
  if (response.headersSent || response.destroyed) return status;
  // Bytes of a refused body may still be coming: this connection cannot carry another request.
  if (status === 413) response.setHeader('Connection', 'close');
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  if (!response.hasHeader('Cache-Control')) response.setHeader('Cache-Control', 'no-store');
  if (body === undefined) {
    response.writeHead(status).end();
    return status;
  }
  const text = Buffer.from(JSON.stringify(body));
  response.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8', 'Content-Length': text.length });
  response.end(text);
  return status;
}

function timedOut(rules: RouteRules): HttpError {
  return httpError(rules.errors, 'unavailable', 'the request took too long; its outcome may be unknown', 1_000);
}

/** Ends waiting for a handler when its time is over or the client went away; aborts `signal` then. */
class Deadline {
  gone = false;
  readonly #abort = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #over: Promise<never>;
  readonly #response: ServerResponse;
  #giveUp: (reason: unknown) => void = () => undefined;

  constructor(response: ServerResponse, limitMs: number) {
    this.#response = response;
    this.#over = new Promise<never>((_, reject) => (this.#giveUp = reject));
    this.#over.catch(() => undefined);
    this.#timer = setTimeout(() => this.#cut(TIMED_OUT), limitMs);
    response.once('close', this.#onClose);
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** A handler that goes on after the end is left alone; what it throws then concerns nobody. */
  race<T>(work: Promise<T>): Promise<T> {
    work.catch(() => undefined);
    // eslint-disable-next-line no-restricted-syntax -- it also ends when the client goes away
    return Promise.race([work, this.#over]);
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#response.off('close', this.#onClose);
  }

  readonly #onClose = () => {
    this.gone = true;
    this.#cut(new Error('the client went away'));
  };

  #cut(reason: unknown): void {
    this.#abort.abort();
    this.#giveUp(reason);
  }
}

function headerText(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
