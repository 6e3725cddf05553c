import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Metrics } from '../metrics/metrics';
import { traceIdOf } from '../tracing/traceparent';

/** What a server notes of every request: measures it, and knows its route and trace id. */
export class RequestRecords {
  readonly #records = new WeakMap<object, { route: string; traceId: string }>();
  /** To be called first, with each request. */
  readonly begin: (request: IncomingMessage, response: ServerResponse, next: () => void) => void;

  /** @param name label of the server: `public`, `internal` */
  constructor({ name, metrics }: { name: string; metrics: Metrics }) {
    const duration = metrics.histogram({
      name: 'chat_http_request_duration_seconds',
      help: 'Time from the arrival of a request to the end of its answer, by server, method, route and status.',
      labelNames: ['server', 'method', 'route', 'status'],
    });
    this.begin = (request, response, next) => {
      const began = performance.now();
      const given = request.headers['traceparent'];
      const traceId = traceIdOf(typeof given === 'string' ? given : undefined) ?? randomBytes(16).toString('hex');
      const record = { route: 'unmatched', traceId };
      this.#records.set(response, record);
      response.setHeader('X-Trace-Id', traceId);
      response.once('close', () => {
        // 499: the client went away before the answer was complete.
        const status = response.writableFinished ? response.statusCode : 499;
        const labels = { server: name, method: methodLabel(request.method ?? ''), route: record.route, status };
        duration.observe((performance.now() - began) / 1_000, labels);
      });
      next();
    };
  }

  /** Names the request's route, once it is known. @returns its trace id */
  enter(response: ServerResponse, route?: string): string {
    const record = this.#records.get(response);
    if (record === undefined) return '';
    if (route !== undefined) record.route = route;
    return record.traceId;
  }
}

const METHODS: readonly string[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** A client may invent methods; a label may not. */
function methodLabel(method: string): string {
  return METHODS.includes(method) ? method : 'OTHER';
}
