import { request as requestHttp, type Agent, type IncomingHttpHeaders } from 'node:http';
import { request as requestHttps } from 'node:https';

export interface RawRequest {
  url: URL;
  method: string;
  headers: Readonly<Record<string, string>>;
  body: string | undefined;
  agent: Agent;
  maxResponseBytes: number;
  signal: AbortSignal;
}

export interface RawResponse {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

/** The request failed before an answer was complete. */
export class RawRequestError extends Error {
  constructor(
    message: string,
    /** The connection had been used before and was reset: the server may have closed it as idle just then. */
    readonly staleConnection: boolean,
    options: { cause?: unknown },
  ) {
    super(message, options);
    this.name = 'RawRequestError';
  }
}

/** One HTTP exchange: no redirects, no retries, a bounded answer. @throws RawRequestError */
export function exchangeHttp(raw: RawRequest): Promise<RawResponse> {
  return new Promise((resolve, reject) => {
    const send = raw.url.protocol === 'https:' ? requestHttps : requestHttp;
    const { method, headers, agent, signal } = raw;
    const outgoing = send(raw.url, { method, headers: withLength(headers, raw.body), agent, signal });
    let answered = false;
    outgoing.once('error', (cause: NodeJS.ErrnoException) => {
      const reset = cause.code === 'ECONNRESET' || cause.code === 'EPIPE';
      reject(new RawRequestError(cause.message, !answered && reset && outgoing.reusedSocket, { cause }));
    });
    outgoing.once('response', (incoming) => {
      answered = true;
      const chunks: Buffer[] = [];
      let bytes = 0;
      incoming.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > raw.maxResponseBytes) incoming.destroy(new Error('the answer is too large'));
        else chunks.push(chunk);
      });
      incoming.once('error', (cause) => reject(new RawRequestError(cause.message, false, { cause })));
      incoming.once('end', () => {
        const body = Buffer.concat(chunks).toString('utf8');
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body });
      });
    });
    outgoing.end(raw.body);
  });
}

function withLength(headers: Readonly<Record<string, string>>, body: string | undefined): Record<string, string> {
  if (body === undefined) return { ...headers };
  return { ...headers, 'Content-Type': 'application/json', 'Content-Length': String(Buffer.byteLength(body)) };
}
