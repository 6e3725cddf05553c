import { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Metrics } from '../metrics/metrics';
import { RequestRecords } from './request-records';

describe('RequestRecords', () => {
  const metrics = new Metrics('records');
  const records = new RequestRecords({ name: 'public', metrics });

  /** A request that was begun, and its answer, which `end` completes or breaks off. */
  function begun(method: string, traceparent?: string) {
    const headers = new Map<string, string>();
    const response = Object.assign(new EventEmitter(), {
      statusCode: 200,
      writableFinished: false,
      setHeader: (name: string, value: string) => headers.set(name, value),
    });
    const next = jest.fn();
    const request = { method, headers: { ...(traceparent !== undefined && { traceparent }) } } as IncomingMessage;
    records.begin(request, response as unknown as ServerResponse, next);
    expect(next).toHaveBeenCalledTimes(1);
    const end = (finished: boolean) => {
      response.writableFinished = finished;
      response.emit('close');
    };
    return { response: response as unknown as ServerResponse, traceId: headers.get('X-Trace-Id'), end };
  }
  const measured = async (labels: string): Promise<boolean> => (await metrics.expose()).body.includes(labels);

  it('measures a request under its route, and one that no route took as such', async () => {
    const known = begun('GET');
    records.enter(known.response, '/users/{user_id}');
    known.end(true);
    begun('POST').end(true);
    expect(await measured('method="GET",route="/users/{user_id}",status="200"')).toBe(true);
    expect(await measured('method="POST",route="unmatched",status="200"')).toBe(true);
  });

  it('says 499 of an answer that its client did not wait for, and OTHER of a method that it invented', async () => {
    begun('BREW').end(false);
    expect(await measured('method="OTHER",route="unmatched",status="499"')).toBe(true);
    expect(await measured('BREW')).toBe(false);
  });

  it('goes on with the trace of the caller, and begins one for a caller without', () => {
    const given = begun('GET', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01');
    expect(given.traceId).toBe('0af7651916cd43dd8448eb211c80319c');
    expect(records.enter(given.response)).toBe(given.traceId);
    const [one, other] = [begun('GET').traceId, begun('GET').traceId];
    expect(one).toMatch(/^[0-9a-f]{32}$/);
    expect(other).not.toBe(one);
  });
});
