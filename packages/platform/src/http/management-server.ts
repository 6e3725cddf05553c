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
}

interface Answer {
  status: number;
  contentType: string;
  body: string;
}

/** Serves /livez, /readyz and /metrics. Never routed from outside. */
export async function startManagementServer(options: ManagementServerOptions): Promise<HttpServer> {
  return serveHttp({ host: options.host, port: options.port, closeTimeoutMs: 1_000 }, (request, response) => {
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    answer(path, request.method ?? '', request.headers.accept, options)
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

async function answer(
  path: string,
  method: string,
  accept: string | undefined,
  options: ManagementServerOptions,
): Promise<Answer> {
  if (path !== '/livez' && path !== '/readyz' && path !== '/metrics') return json(404, { error: 'not found' });
  if (method !== 'GET' && method !== 'HEAD') return json(405, { error: 'method not allowed' });
  if (path === '/livez') {
    const liveness = options.liveness?.() ?? { alive: true };
    return json(liveness.alive ? 200 : 503, liveness);
  }
  if (path === '/readyz') {
    const report = options.readiness.report();
    return json(report.ready ? 200 : 503, report);
  }
  const { contentType, body } = await options.metrics.expose(accept);
  return { status: 200, contentType, body };
}

function json(status: number, body: unknown): Answer {
  return { status, contentType: 'application/json', body: JSON.stringify(body) };
}
