import type { IncomingMessage } from 'node:http';
import type { Readiness } from '../lifecycle/readiness';
import type { Metrics } from '../metrics/metrics';
import { serveHttp, type HttpServer } from './serve-http';

export interface Liveness {
  alive: boolean;
  reason?: string;
}

export interface ManagementServerOptions {
  host: string;
  port: number;
  metrics: Metrics;
  readiness: Readiness;
  /** False only for what a restart would cure; without it, a process that answers is alive. */
  liveness?: () => Liveness;
  /**
   * Questions of an operator by path, answered as JSON to this machine only (a shell or a forwarded port of the pod):
   * elsewhere the path does not exist.
   */
  local?: Readonly<Record<string, (query: URLSearchParams) => unknown>>;
}

interface Answer {
  status: number;
  contentType: string;
  body: string;
}

/** Serves /livez, /readyz and /metrics. Never routed from outside. */
export async function startManagementServer(options: ManagementServerOptions): Promise<HttpServer> {
  return serveHttp({ host: options.host, port: options.port, closeTimeoutMs: 1_000 }, (request, response) => {
    answer(request, options)
      .catch((error: unknown): Answer => json(500, { error: String(error) }))
      .then(({ status, contentType, body }) => {
        const allow = status === 405 ? { Allow: 'GET, HEAD' } : {};
        const length = { 'Content-Type': contentType, 'Content-Length': Buffer.byteLength(body) };
        response.writeHead(status, { ...length, 'Cache-Control': 'no-store', ...allow });
        response.end(request.method === 'HEAD' ? undefined : body);
      })
      .catch(() => response.destroy());
  });
}

async function answer(request: IncomingMessage, options: ManagementServerOptions): Promise<Answer> {
  const { url = '', method = '', headers } = request;
  const [path = '', query = ''] = url.split('?', 2);
  const local = LOCAL.includes(request.socket.remoteAddress) ? options.local?.[path] : undefined;
  if (path !== '/livez' && path !== '/readyz' && path !== '/metrics' && local === undefined) {
    return json(404, { error: 'not found' });
  }
  if (method !== 'GET' && method !== 'HEAD') return json(405, { error: 'method not allowed' });
  if (local !== undefined) return json(200, local(new URLSearchParams(query)));
  if (path === '/livez') {
    const liveness = options.liveness?.() ?? { alive: true };
    return json(liveness.alive ? 200 : 503, liveness);
  }
  if (path === '/readyz') {
    const report = options.readiness.report();
    return json(report.ready ? 200 : 503, report);
  }
  const { contentType, body } = await options.metrics.expose(headers.accept);
  return { status: 200, contentType, body };
}

/** Only these: sidecars of a mesh come from other addresses of the loopback. */
const LOCAL: readonly (string | undefined)[] = ['127.0.0.1', '::ffff:127.0.0.1', '::1'];

function json(status: number, body: unknown): Answer {
  return { status, contentType: 'application/json; charset=utf-8', body: JSON.stringify(body) };
}
