import { Agent, request as rawRequest, type IncomingMessage } from 'node:http';
import { z } from 'zod';
import { secretOf } from '../../configuration';
import { PlatformError } from '../../errors';
import { startHttpServer, type HttpServerOptions } from '../express-server';
import { route, type Route } from '../route';
import type { HttpServer } from '../serve-http';
import { createLogger } from '../../log';
import { Metrics } from '../../metrics/metrics';
import type { TokenVerifier } from '../claims';

/** What the tests call errors. */
export const ERRORS = {
  invalid_json: { status: 400, retryable: false },
  invalid_request: { status: 400, retryable: false },
  unsupported_media_type: { status: 415, retryable: false },
  payload_too_large: { status: 413, retryable: false },
  unauthenticated: { status: 401, retryable: false },
  token_invalid: { status: 401, retryable: false },
  token_expired: { status: 401, retryable: false },
  not_found: { status: 404, retryable: false },
  method_not_allowed: { status: 405, retryable: false },
  rate_limited: { status: 429, retryable: true },
  unavailable: { status: 503, retryable: true },
  internal: { status: 500, retryable: true },
} as const;

/** Whom the token `good` belongs to. */
export const CALLER = { userId: 'u1', sessionId: 's1', tokenId: 't1', issuedAt: 1, expiresAt: 2 };
const verifier: TokenVerifier = {
  verify: async (token) => {
    if (token === 'good') return CALLER;
    if (token === 'old') throw new PlatformError('token_expired', 'the access token expired');
    if (token === 'unknowable') throw new PlatformError('service_unavailable', 'no keys');
    throw new PlatformError('token_invalid', 'the access token is not valid: shape');
  },
};

const ok = { 200: null };
/** What a route of the tests has. */
export const base = { access: 'public' as const, summary: 'A route.', responses: ok };
export const Names = z.object({ name: z.string().max(5), age: z.int().optional() });

/** Routes that show what they were given. */
export function routes(extra: Route[] = []): Route[] {
  return [
    route({ ...base, method: 'GET', path: '/login', body: Names, handle: async ({ body }) => ({ status: 200, body }) }),
    route({
      ...base,
      method: 'POST',
      path: '/login',
      body: Names,
      handle: async ({ body }) => ({ status: 200, body }),
    }),
    route({
      ...base,
      method: 'GET',
      path: '/users/{user_id}',
      params: z.object({ user_id: z.string() }),
      query: z.object({ limit: z.coerce.number().int().default(20) }),
      handle: async ({ params, query, address }) => ({ status: 200, body: { ...params, ...query, address } }),
    }),
    route({ ...base, method: 'DELETE', path: '/users/{user_id}', handle: async () => ({ status: 204 }) }),
    route({
      ...base,
      method: 'GET',
      path: '/me',
      access: 'user',
      handle: async ({ caller }) => ({ status: 200, body: caller }),
    }),
    route({
      ...base,
      method: 'POST',
      path: '/internal',
      access: 'internal',
      handle: async () => ({ status: 200, body: {} }),
    }),
    ...extra,
  ];
}

/** A route whose handler fails so. */
export const failing = (path: string, error: unknown): Route =>
  route({ ...base, method: 'GET', path, handle: () => Promise.reject(error as Error) });
export interface Answer {
  status: number;
  headers: IncomingMessage['headers'];
  body: unknown;
}

/** Servers of one test, and what they logged and counted. */
export interface Scene {
  readonly metrics: Metrics;
  /** What was logged, a line each. */
  readonly lines: Record<string, unknown>[];
  start(options?: Partial<HttpServerOptions>): Promise<HttpServer>;
}

// Asks to keep connections, as browsers and proxies do.
const agent = new Agent({ keepAlive: true });

/** Each test begins with no server; what it starts is closed after it. */
export function sceneForEachTest(): Scene {
  let servers: HttpServer[] = [];
  let metrics = new Metrics('test');
  let lines: Record<string, unknown>[] = [];

  beforeEach(() => {
    metrics = new Metrics('test');
    lines = [];
  });
  afterEach(async () => {
    await Promise.all(servers.map((server) => server.close()));
    servers = [];
  });
  afterAll(() => agent.destroy());

  return {
    get metrics() {
      return metrics;
    },
    get lines() {
      return lines;
    },
    async start(options = {}) {
      const destination = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) };
      const server = await startHttpServer({
        name: 'public',
        host: '127.0.0.1',
        port: 0,
        routes: routes(),
        logger: createLogger({ service: 'test', destination }),
        metrics,
        errors: ERRORS,
        verifier,
        internalSecret: secretOf('open sesame'),
        internalSecretHeader: 'X-Internal-Secret',
        closeTimeoutMs: 300,
        ...options,
      });
      servers.push(server);
      return server;
    },
  };
}

/** One request over node:http, because fetch allows no GET with a body and no odd paths. */
export function call(
  server: HttpServer,
  method: string,
  path: string,
  options: { headers?: Record<string, string>; body?: string } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers: Record<string, string | number> = { ...options.headers };
    if (options.body !== undefined && headers['transfer-encoding'] === undefined) {
      headers['content-length'] = Buffer.byteLength(options.body);
    }
    const request = rawRequest({ host: '127.0.0.1', port: server.port, method, path, headers, agent });
    request.on('error', reject);
    request.on('response', (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => {
        const json = response.headers['content-type']?.startsWith('application/json') === true && text !== '';
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: json ? JSON.parse(text) : text,
        });
      });
    });
    request.end(options.body);
  });
}

/** A JSON body. */
export const json = (body: unknown) => ({
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});
export const codeOf = (answer: Answer) => (answer.body as { error: { code: string } }).error.code;
export const messageOf = (answer: Answer) => (answer.body as { error: { message: string } }).error.message;
