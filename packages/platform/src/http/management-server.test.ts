import { networkInterfaces } from 'node:os';
import { Readiness } from '../lifecycle/readiness';
import { Metrics } from '../metrics/metrics';
import { startManagementServer, type Liveness } from './management-server';
import type { HttpServer } from './serve-http';

describe('the management server', () => {
  let server: HttpServer;
  let readiness: Readiness;
  let liveness: Liveness;

  beforeEach(async () => {
    readiness = new Readiness();
    liveness = { alive: true };
    const metrics = new Metrics('websocket');
    server = await startManagementServer({ host: '127.0.0.1', port: 0, metrics, readiness, liveness: () => liveness });
  });
  afterEach(() => server.close());

  const call = (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${server.port}${path}`, init);

  it('answers /livez by the liveness given', async () => {
    expect((await call('/livez')).status).toBe(200);
    liveness = { alive: false, reason: 'no fetch for 60 s' };
    const answer = await call('/livez');
    expect([answer.status, await answer.json()]).toEqual([503, liveness]);
  });

  it('answers /readyz by the readiness, naming each component', async () => {
    expect((await call('/readyz')).status).toBe(503);
    readiness.set('server', true);
    expect((await call('/readyz')).status).toBe(200);
    readiness.draining();
    const answer = await call('/readyz');
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ ready: false, components: { lifecycle: { reason: 'draining' } } });
  });

  it('answers /metrics in the format asked for', async () => {
    const plain = await call('/metrics?x=1');
    expect(plain.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(await plain.text()).toContain('nodejs_eventloop_lag_seconds{service="websocket"}');
    const open = await call('/metrics', { headers: { accept: 'application/openmetrics-text;version=1.0.0' } });
    expect(open.headers.get('content-type')).toContain('application/openmetrics-text');
    expect(await open.text()).toMatch(/# EOF\n$/);
  });

  it('answers HEAD, 404 and 405', async () => {
    expect((await call('/livez', { method: 'HEAD' })).status).toBe(200);
    expect((await call('/nowhere')).status).toBe(404);
    const post = await call('/metrics', { method: 'POST' });
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  const outside = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(({ internal, family }) => !internal && family === 'IPv4')?.address;
  const elsewhere = outside === undefined ? it.skip : it;
  elsewhere('answers the questions of an operator to this machine only', async () => {
    const local = { '/connections': (query: URLSearchParams) => ({ asked: query.get('user_id') }) };
    const options = { host: '0.0.0.0', port: 0, metrics: new Metrics('websocket'), readiness, local };
    const open = await startManagementServer(options);
    try {
      const answer = await fetch(`http://127.0.0.1:${open.port}/connections?user_id=u`);
      expect([answer.status, await answer.json()]).toEqual([200, { asked: 'u' }]);
      expect((await fetch(`http://${outside ?? ''}:${open.port}/connections?user_id=u`)).status).toBe(404);
      expect((await fetch(`http://${outside ?? ''}:${open.port}/livez`)).status).toBe(200);
    } finally {
      await open.close();
    }
  });
});
