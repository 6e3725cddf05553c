import { readFileSync } from 'node:fs';
import RequestQueue from 'kafkajs/src/network/requestQueue';
import { patchIdleSpin } from './patch-idle-spin';

/** The real class, as kafkajs makes it; its declaration for the adapter names only what the patch touches. */
const RealQueue = RequestQueue as unknown as new (options: object) => {
  pending: unknown[];
  throttledUntil: number;
  maybeThrottle(ms: number): void;
  checkPendingRequests(): void;
  push(request: object): void;
  fulfillRequest(answer: object): void;
  destroy(): void;
};

const logger = { debug: () => undefined, warn: () => undefined };
const request = (correlationId: number, sent: number[]) => ({
  entry: { correlationId, resolve: () => undefined, reject: () => undefined },
  expectResponse: true,
  sendRequest: () => sent.push(correlationId),
});

describe('patch of the idle timer of kafkajs', () => {
  beforeAll(() => patchIdleSpin(RequestQueue));
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  const make = (options: object = {}) =>
    new RealQueue({
      maxInFlightRequests: null,
      requestTimeout: 1_000,
      enforceRequestTimeout: false,
      logger,
      ...options,
    });

  it('is written for the version that is installed', () => {
    const description = readFileSync(require.resolve('kafkajs/package.json'), 'utf8');
    expect(JSON.parse(description)).toMatchObject({ version: '2.2.4' });
  });

  it('arms no timer while nothing is pending', () => {
    const queue = make();
    queue.checkPendingRequests();
    expect(jest.getTimerCount()).toBe(0);
  });

  it('sends what is pending once the broker no longer throttles, then is quiet', () => {
    const queue = make();
    const sent: number[] = [];
    queue.maybeThrottle(50);
    queue.push(request(1, sent));
    queue.push(request(2, sent));
    expect(sent).toEqual([]);
    jest.advanceTimersByTime(60);
    expect(sent).toEqual([1, 2]);
    jest.advanceTimersByTime(100);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('sends what waits for a free place as soon as an answer frees one', () => {
    const queue = make({ maxInFlightRequests: 1 });
    const sent: number[] = [];
    queue.push(request(1, sent));
    queue.push(request(2, sent));
    expect(sent).toEqual([1]);
    queue.fulfillRequest({ correlationId: 1, payload: null, size: 0 });
    expect(sent).toEqual([1, 2]);
    queue.fulfillRequest({ correlationId: 2, payload: null, size: 0 });
    jest.advanceTimersByTime(100);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('never asks for a timer of negative length, of which Node 24 warns', () => {
    const asked = jest.spyOn(globalThis, 'setTimeout');
    const queue = make({ maxInFlightRequests: 1 });
    const sent: number[] = [];
    for (const id of [1, 2, 3]) queue.push(request(id, sent));
    for (const id of [1, 2, 3]) queue.fulfillRequest({ correlationId: id, payload: null, size: 0 });
    expect(asked.mock.calls.every(([, ms]) => (ms ?? 0) >= 0)).toBe(true);
    queue.destroy();
  });

  it('refuses a class it does not know', () => {
    expect(() => patchIdleSpin({ prototype: { pending: [], scheduleCheckPendingRequests: () => undefined } })).toThrow(
      '2.2.4',
    );
  });
});
