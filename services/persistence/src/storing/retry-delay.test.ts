import { RetryDelay, pause } from './retry-delay';

const batch = () => ({ signal: new AbortController().signal, heartbeat: jest.fn(async () => undefined) });

describe('waiting inside a batch', () => {
  it('waits longer each time, and shortly again after a success', async () => {
    const delay = new RetryDelay(batch());
    const took = async () => {
      const began = performance.now();
      await delay.wait();
      return performance.now() - began;
    };
    const [first, second, third] = [await took(), await took(), await took()];
    expect(first).toBeGreaterThanOrEqual(45);
    expect(second).toBeGreaterThanOrEqual(95);
    expect(third).toBeGreaterThanOrEqual(195);
    expect(delay.waits).toBe(3);
    delay.succeeded();
    expect(delay.waits).toBe(0);
  });

  it('keeps the group informed', async () => {
    const one = batch();
    await pause(one, 20);
    expect(one.heartbeat.mock.calls.length).toBeGreaterThanOrEqual(2);
  });

  it('ends with the reason of the abort at once', async () => {
    const abort = new AbortController();
    const waiting = pause({ ...batch(), signal: abort.signal }, 60_000);
    abort.abort(new Error('taken away'));
    await expect(waiting).rejects.toThrow('taken away');
  });

  it('passes on what a heartbeat throws', async () => {
    const heartbeat = async () => Promise.reject(new Error('rebalancing'));
    await expect(pause({ ...batch(), heartbeat }, 60_000)).rejects.toThrow('rebalancing');
  });
});
