import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { configurationInvalid } from '../configuration/parse-configuration';
import { shown } from '../configuration/variable';
import { belowPublicPath } from './public-path';

/** A listening HTTP server. */
export interface HttpServer {
  /** The port it got. */
  readonly port: number;
  /** For whoever takes WebSocket upgrades (`upgrade` event). */
  readonly server: Server;
  /**
   * Stops accepting, finishes the requests in flight (at most ten seconds), then closes the connections. Upgraded sockets
   * are left to whoever took them. Memoised.
   */
  close(): Promise<void>;
}

export interface ListenOptions {
  /** `::` is every address of both families, or of IPv4 alone where the system has no other. */
  host: string;
  /** 0 = the system chooses one. */
  port: number;
  /** Path below which everything is, `/chat` for instance; none by default. */
  path?: string;
  /** Time for one request to arrive completely, in milliseconds; 15 s by default. */
  requestTimeoutMs?: number;
  /** How long an idle connection is kept for its next request, in milliseconds; 620 s by default. */
  keepAliveTimeoutMs?: number;
  /** How long `close` waits for requests in flight, in milliseconds; 10 s by default. */
  closeTimeoutMs?: number;
}

const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 15_000;
const CHECK_INTERVAL_MS = 2_000;
/**
 * Longer than common proxies keep an idle connection (Google's load balancers 600 s, most others 60 to 120 s), so that
 * they close first: one that is closed while a request is on its way to it has lost the request.
 */
const KEEP_ALIVE_TIMEOUT_MS = 620_000;
const CLOSE_TIMEOUT_MS = 10_000;
const MAX_HEADER_BYTES = 8 * 1024;

/**
 * Listens with bounds on everything.
 * @throws the system's error when the port cannot be had; PlatformError configuration_invalid when the host is none of this machine's
 */
export async function serveHttp(options: ListenOptions, listener: RequestListener): Promise<HttpServer> {
  const requestTimeout = options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS;
  const server = createServer({
    // Both count from a request's first byte on, not while a kept connection is idle: they may be shorter than that.
    headersTimeout: Math.min(HEADERS_TIMEOUT_MS, requestTimeout),
    requestTimeout,
    keepAliveTimeout: options.keepAliveTimeoutMs ?? KEEP_ALIVE_TIMEOUT_MS,
    connectionsCheckingInterval: CHECK_INTERVAL_MS,
    maxHeaderSize: MAX_HEADER_BYTES,
  });
  const work = new RequestsInFlight();
  const answer = belowPublicPath(options.path ?? '', listener);
  server.on('request', (request, response) => {
    // What follows one that was refused is not a request but perhaps its body.
    if (!request.socket.writable) return;
    const fault = codingFaultOf(request);
    if (fault !== undefined) return answerAndClose(fault, request.socket);
    work.add(response);
    answer(request, response);
  });
  server.on('clientError', answerClientError);
  await new Promise<void>((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException): void => reject(explained(error, options.host));
    server.once('error', fail);
    // Without a host Node tries `::` for both families, and 0.0.0.0 where there is no IPv6.
    server.listen(options.port, options.host === '::' ? undefined : options.host, () => {
      server.off('error', fail);
      resolve();
    });
  });
  let closed: Promise<void> | undefined;
  const close = async () => {
    server.close();
    server.closeIdleConnections();
    await work.settled(options.closeTimeoutMs ?? CLOSE_TIMEOUT_MS);
    server.closeAllConnections();
  };
  const { port } = server.address() as AddressInfo;
  return { port, server, close: () => (closed ??= close()) };
}

/** No port is wrong where the address is none, or another machine's. */
function explained(error: NodeJS.ErrnoException, host: string): Error {
  if (error.code !== 'ENOTFOUND' && error.code !== 'EADDRNOTAVAIL') return error;
  return configurationInvalid([
    { variable: 'HOST', fault: `must be an address of this machine but is ${shown(host)}` },
  ]);
}

/** The requests between their arrival and the end of their answer. */
class RequestsInFlight {
  readonly #answers = new Set<ServerResponse>();
  #closing = false;
  #onSettled: () => void = () => undefined;

  add(response: ServerResponse): void {
    this.#answers.add(response);
    if (this.#closing) response.setHeader('Connection', 'close');
    response.once('close', () => {
      this.#answers.delete(response);
      if (this.#answers.size === 0) this.#onSettled();
    });
  }

  /** Tells their clients not to use the connections again; resolves when none is left, or after the limit. */
  async settled(limitMs: number): Promise<void> {
    this.#closing = true;
    for (const response of this.#answers) if (!response.headersSent) response.setHeader('Connection', 'close');
    if (this.#answers.size === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, limitMs);
      this.#onSettled = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/**
 * What is wrong with the transfer coding of a request. Of `gzip, chunked` it can be told where the request ends, but nobody
 * here would decode it; where the last coding is not `chunked` nobody can tell, and Node takes the body for empty and what it
 * contains for the next request.
 */
function codingFaultOf({ headers }: IncomingMessage): ClientError | undefined {
  const codings = headers['transfer-encoding']?.toLowerCase().split(',') ?? ['chunked'];
  if (codings.at(-1)?.trim() !== 'chunked') return ENDLESS;
  return codings.length > 1 ? UNKNOWN_CODING : undefined;
}

interface ClientError {
  status: string;
  code: string;
  message: string;
}

/** The status is that of RFC 9112, section 6.3. */
const ENDLESS = {
  status: '400 Bad Request',
  code: 'invalid_request',
  message: 'the transfer coding does not say where the request ends',
};
/** The status is that of RFC 9112, section 6.1. */
const UNKNOWN_CODING = {
  status: '501 Not Implemented',
  code: 'invalid_request',
  message: 'no transfer coding but chunked is taken',
};
const CLIENT_ERRORS: Readonly<Record<string, ClientError>> = {
  HPE_HEADER_OVERFLOW: {
    status: '431 Request Header Fields Too Large',
    code: 'payload_too_large',
    message: 'the headers are too large',
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: '408 Request Timeout',
    code: 'invalid_request',
    message: 'the request did not arrive in time',
  },
  HPE_INVALID_TRANSFER_ENCODING: ENDLESS,
};
const NOT_HTTP = { status: '400 Bad Request', code: 'invalid_request', message: 'this is not an HTTP request' };

/** Answers what Node's parser refused; there is no request object to answer through. */
function answerClientError(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  answerAndClose(CLIENT_ERRORS[error.code ?? ''] ?? NOT_HTTP, socket);
}

function answerAndClose({ status, code, message }: ClientError, socket: Duplex): void {
  const body = JSON.stringify({ error: { code, message, retryable: false } });
  const type = 'Content-Type: application/json; charset=utf-8';
  const headers = `${type}\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close`;
  socket.end(`HTTP/1.1 ${status}\r\n${headers}\r\n\r\n${body}`, () => socket.destroy());
}
