import type { IncomingMessage, ServerResponse } from 'node:http';
import { join, resolve, sep } from 'node:path';
import compression from 'compression';
import express, {
  type ErrorRequestHandler,
  type Express,
  type Request,
  type RequestHandler,
  type Response,
} from 'express';
import helmet from 'helmet';
import type { Secret } from '../configuration/secret';
import { asError } from '../errors';
import type { Audit } from '../audit/audit';
import { auditRefusal } from '../audit/audit-refusal';
import type { Logger } from '../log/logger';
import type { Metrics } from '../metrics/metrics';
import type { TokenVerifier } from './claims';
import { errorAnswer, SERVER_CODES, toHttpError } from './error-answer';
import { isAllowedHost } from './allowed-hosts';
import { addressOfRequest } from './client-address';
import { crossOrigin } from './cross-origin';
import { cameByTls } from './forwarded-scheme';
import type { HttpError } from './http-error';
import { httpError, type ErrorTable } from './http-error';
import { expressPath, pathMatcher } from './path-pattern';
import { RequestRecords } from './request-records';
import type { Route } from './route';
import { serveHttp, type HttpServer, type ListenOptions } from './serve-http';
import { serveRoute, writeJson, type RouteRules } from './serve-route';

/** A folder of static files, served where no route answers. */
export interface Pages {
  directory: string;
  /** Further origins that the pages may connect to: `wss://chat.example.org`. Their own origin is always allowed. */
  connectSources?: readonly string[];
}

export interface HttpServerOptions extends ListenOptions {
  /** Label of the metrics: `public`, `internal`. */
  name: string;
  routes: readonly Route[];
  logger: Logger;
  metrics: Metrics;
  /** Told of refusals that say something about who asks. */
  audit?: Audit;
  /** The protocol's ERRORS. */
  errors: ErrorTable;
  /** Needed where a route's access is `user`. */
  verifier?: TokenVerifier;
  /** Needed, with its header, where a route's access is `internal`. */
  internalSecret?: Secret;
  internalSecretHeader?: string;
  /** Exact number of proxies in front that append to X-Forwarded-For; 0 by default. */
  trustedProxies?: number;
  /** Origins whose pages may call, as `origins` reads them; `*` is any, none by default. */
  allowedOrigins?: readonly string[];
  /** Names that requests must be sent to, beside addresses and localhost; any where it is absent. */
  allowedHosts?: readonly string[];
  /** Whether requests that did not come by TLS are refused: `tls_required`. */
  requireTls?: boolean;
  /** Paths that are answered all the same: what is there is no secret, and other services ask for it. */
  plainPaths?: readonly string[];
  /** Value of Strict-Transport-Security; this host for a year by default. */
  strictTransportSecurity?: string;
  /** Largest request body; 16 KiB by default. */
  bodyLimitBytes?: number;
  pages?: Pages | string;
  /** Checks answers against the routes' schemas too; for tests. */
  checkResponses?: boolean;
}

const BODY_LIMIT_BYTES = 16 * 1024;
const REQUEST_TIMEOUT_MS = 15_000;
/** No includeSubDomains: other hosts of the domain are others' business, and may speak plain HTTP. */
const HSTS = 'max-age=31536000';

/**
 * Serves routes: checks access and input, answers every fault as `{error: {code, message, retryable}}`, measures and traces
 * each request. `requestTimeoutMs` bounds the arrival of a request and, again, its handler.
 * @throws TypeError when a route needs what the options lack; the system's error when the port cannot be had
 */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  checkOptions(options);
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  app.set('case sensitive routing', true);
  const records = new RequestRecords(options);
  const pages = typeof options.pages === 'string' ? { directory: options.pages } : options.pages;
  app.use(records.begin, securityHeaders(pages, options.strictTransportSecurity));
  if (options.requireTls === true) app.use(requireTls(options));
  if (options.allowedHosts !== undefined) app.use(requireHost(options.allowedHosts, options.errors));
  const onForeign = (request: IncomingMessage, origin: string) =>
    auditRefusal(options.audit, 'origin_refused', {
      action: 'access',
      address: addressOfRequest(request, options.trustedProxies ?? 0),
      origin,
    });
  app.use(crossOrigin(options.allowedOrigins ?? [], options.routes, onForeign));
  addRoutes(app, options, records);
  if (pages !== undefined) app.use(servePages(pages.directory));
  app.use(unmatched(options));
  app.use(failed(options, records));
  return serveHttp(options, app);
}

function checkOptions({ routes, errors, verifier, internalSecret, internalSecretHeader }: HttpServerOptions): void {
  const missing = SERVER_CODES.filter((code) => errors[code] === undefined);
  if (missing.length > 0) throw new TypeError(`the error table lacks ${missing.join(', ')}`);
  for (const { access, path } of routes) {
    if (access === 'user' && verifier === undefined) throw new TypeError(`${path} is for users: give a verifier`);
    if (access === 'internal' && (internalSecret === undefined || internalSecretHeader === undefined)) {
      throw new TypeError(`${path} is internal: give internalSecret and internalSecretHeader`);
    }
  }
}

function addRoutes(app: Express, options: HttpServerOptions, records: RequestRecords): void {
  const rules: RouteRules = {
    ...options,
    requestTimeoutMs: options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS,
    ...(options.internalSecretHeader !== undefined && {
      internalSecretHeader: options.internalSecretHeader.toLowerCase(),
    }),
  };
  const limit = options.bodyLimitBytes ?? BODY_LIMIT_BYTES;
  const parseJson = express.json({ limit, strict: true, inflate: false, type: 'application/json' });
  for (const route of options.routes) {
    const method = route.method.toLowerCase() as 'get' | 'post' | 'put' | 'patch' | 'delete';
    app[method](expressPath(route.path), (request, response) => {
      const { params, query } = request;
      const address = addressOfRequest(request, options.trustedProxies ?? 0);
      const traceId = records.enter(response, route.path);
      const readBody = () => readJson(parseJson, request, response, options.errors);
      void serveRoute(route, { request, response, params, query, address, traceId, readBody }, rules);
    });
  }
}

/** Reads the body, where there is one. @throws HttpError unsupported_media_type, payload_too_large, invalid_json */
async function readJson(
  parse: RequestHandler,
  request: Request,
  response: Response,
  errors: ErrorTable,
): Promise<unknown> {
  const { headers } = request;
  if (headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0) return undefined;
  if (request.is('application/json') === false) {
    throw httpError(errors, 'unsupported_media_type', 'send Content-Type: application/json');
  }
  await new Promise<void>((resolve, reject) => {
    void parse(request, response, (thrown?: unknown) => {
      if (thrown === undefined) resolve();
      else reject(bodyError(thrown, errors));
    });
  });
  return request.body as unknown;
}

/** Translates body-parser's errors by their `type`. */
function bodyError(thrown: unknown, errors: ErrorTable): Error {
  const { type } = thrown as { type?: string };
  if (type === 'entity.too.large') return httpError(errors, 'payload_too_large', 'the body is too large');
  if (type === 'encoding.unsupported' || type === 'charset.unsupported') {
    return httpError(errors, 'unsupported_media_type', 'send the body as plain UTF-8 JSON');
  }
  if (type === 'entity.parse.failed') return httpError(errors, 'invalid_json', 'the body is not a JSON object');
  if (type === 'request.aborted' || type === 'request.size.invalid') {
    return httpError(errors, 'invalid_json', 'the body did not arrive completely');
  }
  return asError(thrown);
}

/** Answers 403 to what was sent to another name. */
function requireHost(names: readonly string[], errors: ErrorTable): RequestHandler {
  return (request, response, next) => {
    if (isAllowedHost(request.headers.host, names)) next();
    else writeError(response, httpError(errors, 'origin_refused', 'this server has another name'));
  };
}

/** Answers 403 to what anybody on the way could have read. No redirect: the next request would carry its secrets as well. */
function requireTls({ trustedProxies = 0, plainPaths = [], errors }: HttpServerOptions): RequestHandler {
  return (request, response, next) => {
    if (cameByTls(request, trustedProxies) || plainPaths.includes(request.path)) next();
    else writeError(response, httpError(errors, 'tls_required', 'use https here'));
  };
}

/** Answers what no route took: 405 with Allow where the path is known by another method, else 404. */
function unmatched({ routes, errors }: HttpServerOptions): RequestHandler {
  const known = routes.map((route) => ({ method: route.method, matches: pathMatcher(route.path) }));
  return (request, response) => {
    const methods = new Set(known.filter(({ matches }) => matches(request.path)).map(({ method }) => method as string));
    if (methods.size === 0) {
      return writeError(response, httpError(errors, 'not_found', 'there is nothing at this path'));
    }
    if (methods.has('GET')) methods.add('HEAD');
    const allow = [...methods].sort().join(', ');
    response.setHeader('Allow', allow);
    writeError(response, httpError(errors, 'method_not_allowed', `use ${allow}`));
  };
}

/** Answers what express itself refuses: a path that cannot be decoded. Anything else is a mistake of ours. */
function failed({ errors, logger }: HttpServerOptions, records: RequestRecords): ErrorRequestHandler {
  return (thrown: unknown, _request, response, _next) => {
    const { status } = thrown as { status?: number };
    if (status !== undefined && status >= 400 && status < 500) {
      return writeError(response, httpError(errors, 'invalid_request', 'the path cannot be read'));
    }
    const traceId = records.enter(response);
    logger.error('request failed', { error: asError(thrown), trace_id: traceId });
    writeError(response, toHttpError(thrown, errors, traceId));
  };
}

function writeError(response: Response, error: HttpError): void {
  const answer = errorAnswer(error);
  writeJson(response, answer.status, answer.headers, answer.body);
}

/**
 * Serves the files of a folder, compressed. What is in `assets` bears the hash of its content in its name and never
 * changes; anything else is asked for again each time.
 */
function servePages(directory: string): RequestHandler[] {
  const assets = join(resolve(directory), 'assets', sep);
  const setHeaders = (response: ServerResponse, path: string): void => {
    const lasting = resolve(path).startsWith(assets);
    response.setHeader('Cache-Control', lasting ? 'public, max-age=31536000, immutable' : 'no-cache');
  };
  // Answers of the API are never compressed: what a caller says would show in their length (BREACH).
  return [compression(), express.static(directory, { index: 'index.html', redirect: false, setHeaders })];
}

/** Pages may load and connect to their own origin only; answers of an API may load nothing. */
function securityHeaders(pages: Pages | undefined, strictTransportSecurity = HSTS): RequestHandler {
  const self = ["'self'"];
  const none = ["'none'"];
  const forPages = {
    defaultSrc: self,
    connectSrc: [...self, ...(pages?.connectSources ?? [])],
    imgSrc: [...self, 'data:'],
    objectSrc: none,
    baseUri: none,
    formAction: self,
    frameAncestors: none,
  };
  const directives = pages === undefined ? { defaultSrc: none, frameAncestors: none } : forPages;
  // Not helmet's defaults: they include upgrade-insecure-requests, which breaks pages served without TLS.
  const others = helmet({ contentSecurityPolicy: { useDefaults: false, directives }, strictTransportSecurity: false });
  return (request, response, next) => {
    response.setHeader('Strict-Transport-Security', strictTransportSecurity);
    others(request, response, next);
  };
}
