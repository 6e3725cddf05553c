import { mkdtempSync, rmSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Database } from '@chat-app/database';
import type { Fanout } from '@chat-app/fanout';
import { createAudit, Metrics, CleanupStack, secretOf, startHttpServer, type Logger } from '@chat-app/platform';
import { createSigningKey, createTokenSigner, createTokenVerifier, StandingSessions } from '@chat-app/tokens';
import { createEmbeddedFanout } from '@chat-app/embedded/fanout';
import {
  ENDED_SESSIONS_CHANNEL,
  ERRORS,
  INTERNAL_SECRET_HEADER,
  readEnvelope,
  type ChannelEnvelope,
  type ErrorBody,
  type SessionResponse,
} from '@chat-app/protocol';
import { openEmbeddedDatabase } from '../../../../test/testing/embedded-database';
import { RESERVED_NAMES } from '../accounts/reserved-names';
import { createContext } from '../create-authentication';
import { createAuthentication, INTERNAL_BODY_BYTES, type AuthenticationConfiguration } from '..';

/** PGlite starts in about a second, on a machine that is busy with other tests in many. */
jest.setTimeout(120_000);

export const INTERNAL_SECRET = 'internal-secret-of-tests';
export const PASSWORD = 'correct horse battery';

/** An HTTP answer. `json` is what the body holds; `error` its error, where it is one. */
export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  json: unknown;
  error: ErrorBody['error'] | undefined;
}

export interface LoggedLine {
  level: string;
  message: string;
  fields: Record<string, unknown>;
}

export interface HarnessOptions {
  configuration?: Partial<AuthenticationConfiguration>;
  database?: Database;
  fanout?: Fanout;
  publishBeforeUseS?: number;
  now?: () => number;
  /** Looks at what ended each second, as a pod does; not by default, so that a test sees its own statements alone. */
  followSessions?: boolean;
  /** Proxies whose X-Forwarded-For is believed; 0 by default. */
  trustedProxies?: number;
}

/** The service behind real HTTP servers on embedded adapters. Close it. */
export type Harness = Awaited<ReturnType<typeof startHarness>>;

export async function startHarness(options: HarnessOptions = {}) {
  const cleanup = new CleanupStack();
  const keysDirectory = mkdtempSync(join(tmpdir(), 'authentication-keys-'));
  cleanup.add('keys', () => rmSync(keysDirectory, { recursive: true }));
  // An hour old: it signs, and one that a test makes is newer.
  createSigningKey(keysDirectory, (options.now?.() ?? Date.now()) - 3_600_000);
  const lines: LoggedLine[] = [];
  const logger = capturingLogger(lines);
  const metrics = new Metrics('authentication');
  const database = options.database ?? (await ownedDatabase(cleanup));
  const fanout = options.fanout ?? createEmbeddedFanout();
  cleanup.add('fanout', () => fanout.close());
  const scope = { issuer: 'chat-app', audience: 'chat-app' };
  const configuration: AuthenticationConfiguration = {
    ACCESS_TOKEN_TTL_S: 600,
    REFRESH_TOKEN_TTL_S: 2_592_000,
    SESSIONS_PER_USER: 1_000,
    PASSWORDS_WAITING: 100,
    LOGINS_PER_USER_PER_MINUTE: 10_000,
    LOOKUPS_PER_USER_PER_MINUTE: 10_000,
    USER_DIRECTORY: true,
    RESERVED_USERNAMES: RESERVED_NAMES,
    DEVICE_PROOF_TTL_S: 15_552_000,
    SESSION_MAX_AGE_S: 31_536_000,
    BREACHED_PASSWORDS_URL: undefined,
    BREACHED_PASSWORDS_TIMEOUT_MS: 2_000,
    DEMO_USERS: false,
    REGISTRATIONS_PER_MINUTE: 10_000,
    FAILED_LOGINS_PER_MINUTE: 10_000,
    ...options.configuration,
  };
  const clock = options.now === undefined ? {} : { now: options.now };
  const signer = createTokenSigner({
    ...scope,
    ...clock,
    directory: keysDirectory,
    accessTtlS: configuration.ACCESS_TOKEN_TTL_S,
    publishBeforeUseS: options.publishBeforeUseS ?? 600,
    logger,
  });
  const auditLines: string[] = [];
  const destination = { write: (line: string) => void auditLines.push(line) };
  const audit = createAudit({ service: 'authentication', metrics, destination });
  const dependencies = { database, fanout, signer, configuration, logger, audit, metrics };
  const context = createContext({ ...dependencies, metrics: new Metrics('authentication') });
  const service = createAuthentication(dependencies);
  const listen = { host: '127.0.0.1', port: 0, logger, metrics, audit, errors: ERRORS, checkResponses: true };
  // Its own keys are fetched from itself, whose port is known only once it listens.
  const sessions = new StandingSessions({ source: service.sessions, logger });
  cleanup.add('sessions', () => sessions.close());
  const own = sessions.guard({ verify: (token: string) => verifier.verify(token) });
  const server = await startHttpServer({
    ...listen,
    name: 'public',
    routes: service.routes,
    verifier: own,
    trustedProxies: options.trustedProxies ?? 0,
  });
  const url = `http://127.0.0.1:${server.port}`;
  const verifier = createTokenVerifier({ ...scope, ...clock, jwksUrl: `${url}/.well-known/jwks.json`, logger });
  cleanup.add('server', () => server.close());
  const internal = await startHttpServer({
    ...listen,
    name: 'internal',
    routes: service.internalRoutes,
    internalSecret: secretOf(INTERNAL_SECRET),
    internalSecretHeader: INTERNAL_SECRET_HEADER,
    bodyLimitBytes: INTERNAL_BODY_BYTES,
  });
  cleanup.add('internal server', () => internal.close());
  cleanup.add('service', () => service.close());
  await service.start();
  if (options.followSessions === true) sessions.start();
  const client = createClient(url, `http://127.0.0.1:${internal.port}`);
  return {
    ...client,
    url,
    database,
    service,
    dependencies,
    /** What operators' tools and the sweeper work with. */
    context,
    /** The lines of the audit log. */
    auditLines,
    metrics,
    lines,
    keysDirectory,
    verifier,
    /** What every pod is told of the sessions of a user from now on. */
    async subscribeTo(userId: string): Promise<ChannelEnvelope[]> {
      const received: ChannelEnvelope[] = [];
      fanout.onMessage((_channel, payload) => {
        const read = readEnvelope(payload);
        if (read.ok && read.envelope.kind === 'signed_out' && read.envelope.user_id === userId) {
          received.push(read.envelope);
        }
      });
      await fanout.subscribe([ENDED_SESSIONS_CHANNEL]);
      return received;
    },
    close: () => cleanup.run(),
  };
}

async function ownedDatabase(cleanup: CleanupStack): Promise<Database> {
  const database = await openEmbeddedDatabase();
  cleanup.add('database', () => database.close());
  return database;
}

/** Where a log-in comes from: an address, where the harness trusts a proxy, and a device. */
export interface LoginOrigin {
  address?: string;
  deviceProof?: string | undefined;
}

/** Calls the service as its users and the other services do. */
export function createClient(publicUrl: string, internalUrl: string) {
  const call = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    send(publicUrl, method, path, body, headers);
  return {
    call,
    callAs: (token: string, method: string, path: string, body?: unknown) =>
      call(method, path, body, { authorization: `Bearer ${token}` }),
    askInternally: (path: string) =>
      send(internalUrl, 'GET', path, undefined, { [INTERNAL_SECRET_HEADER]: INTERNAL_SECRET }),
    callInternally: (path: string, body: unknown, secret: string = INTERNAL_SECRET) =>
      send(internalUrl, 'POST', path, body, { [INTERNAL_SECRET_HEADER]: secret }),
    logIn: (username: string, password: string, from: LoginOrigin = {}) =>
      call(
        'POST',
        '/login',
        { username, password, ...(from.deviceProof !== undefined && { device_proof: from.deviceProof }) },
        from.address === undefined ? {} : { 'x-forwarded-for': from.address },
      ),
    /** Without an attempt id as clients of the version before. */
    refresh: (token: string, attempt_id?: string) =>
      call('POST', '/refresh', { refresh_token: token, ...(attempt_id !== undefined && { attempt_id }) }),
    async registered(username: string, password: string = PASSWORD): Promise<SessionResponse> {
      const answer = await call('POST', '/register', { username, password });
      if (answer.status !== 201) throw new Error(`register answered ${answer.status} ${answer.error?.code}`);
      return answer.json as SessionResponse;
    },
  };
}

/** Node's own client, because fetch refuses a GET with a body. A string body is sent as it is. */
function send(
  base: string,
  method: string,
  path: string,
  body: unknown,
  headers: Record<string, string>,
): Promise<Answer> {
  const payload = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  const type: Record<string, string> =
    payload === undefined
      ? {}
      : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(payload)) };
  return new Promise((resolve, reject) => {
    const request = httpRequest(new URL(path, base), { method, headers: { ...type, ...headers } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const json: unknown = text === '' ? undefined : JSON.parse(text);
        const { error } = (json ?? {}) as Partial<ErrorBody>;
        resolve({ status: response.statusCode ?? 0, headers: response.headers, json, error });
      });
    });
    request.on('error', reject);
    request.end(payload);
  });
}

function capturingLogger(lines: LoggedLine[], bound: Record<string, unknown> = {}): Logger {
  const write =
    (level: string) =>
    (message: string, fields: Readonly<Record<string, unknown>> = {}) => {
      lines.push({ level, message, fields: { ...bound, ...fields } });
    };
  return {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    fatal: write('fatal'),
    child: (fields) => capturingLogger(lines, { ...bound, ...fields }),
  };
}

/** The value of a metric's line, by name and labels as exposed; 0 where it is not there. */
export async function metricValue(
  metrics: Metrics,
  name: string,
  labels: Record<string, string> = {},
): Promise<number> {
  const { body } = await metrics.expose();
  const wanted = Object.entries(labels).map(([key, value]) => `${key}="${value}"`);
  const line = body
    .split('\n')
    .find((entry) => entry.startsWith(`${name}{`) && wanted.every((label) => entry.includes(label)));
  return Number(line?.split(' ').at(-1) ?? 0);
}
