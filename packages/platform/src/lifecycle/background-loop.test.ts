import { BackgroundLoop } from './background-loop';

describe('BackgroundLoop', () => {
  beforeEach(() => {
    jest.useFakeTimers();
    jest.spyOn(Math, 'random').mockReturnValue(0.5);
  });
  afterEach(() => {
    jest.useRealTimers();
    jest.restoreAllMocks();
  });

  const onFailure = jest.fn();
  beforeEach(() => onFailure.mockReset());

  it('runs after each interval, counted from the end of the run before, and never twice at once', async () => {
    let finish = (): void => undefined;
    const run = jest.fn(() => new Promise<void>((resolve) => (finish = resolve)));
    const loop = new BackgroundLoop({ run, onFailure, intervalMs: 100 });
    loop.start();
    loop.start();
    await jest.advanceTimersByTimeAsync(99);
    expect(run).toHaveBeenCalledTimes(0);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(run).toHaveBeenCalledTimes(1);
    finish();
    await jest.advanceTimersByTimeAsync(99);
    expect(run).toHaveBeenCalledTimes(1);
    await jest.advanceTimersByTimeAsync(1);
    expect(run).toHaveBeenCalledTimes(2);
    finish();
    await loop.close();
  });

  it('waits as long as the run answers, and before the first as long as it is told', async () => {
    const run = jest.fn<Promise<number | void>, []>().mockResolvedValueOnce(10).mockResolvedValue(undefined);
    const loop = new BackgroundLoop({ run, onFailure, intervalMs: 1_000, firstMs: 5 });
    loop.start();
    await jest.advanceTimersByTimeAsync(5);
    expect(run).toHaveBeenCalledTimes(1);
    await jest.advanceTimersByTimeAsync(10);
    expect(run).toHaveBeenCalledTimes(2);
    await jest.advanceTimersByTimeAsync(999);
    expect(run).toHaveBeenCalledTimes(2);
    await jest.advanceTimersByTimeAsync(1);
    expect(run).toHaveBeenCalledTimes(3);
    await loop.close();
  });

  it.each([
    [0, 80],
    [0.999_999, 119],
  ])('keeps pods apart by a fifth of the wait: at random %d it waits %d of 100', async (random, ms) => {
    jest.mocked(Math.random).mockReturnValue(random);
    const run = jest.fn(() => Promise.resolve());
    const loop = new BackgroundLoop({ run, onFailure, intervalMs: 100 });
    loop.start();
    await jest.advanceTimersByTimeAsync(ms - 1);
    expect(run).toHaveBeenCalledTimes(0);
    await jest.advanceTimersByTimeAsync(1);
    expect(run).toHaveBeenCalledTimes(1);
    await loop.close();
  });

  it('says that a run failed, whatever was thrown and when, and runs again after the interval', async () => {
    const run = jest
      .fn<Promise<void>, []>()
      .mockImplementationOnce(() => {
        throw new Error('at once');
      })
      .mockRejectedValueOnce('no error at all')
      .mockResolvedValue();
    const loop = new BackgroundLoop({ run, onFailure, intervalMs: 100 });
    loop.start();
    await jest.advanceTimersByTimeAsync(300);
    expect(run).toHaveBeenCalledTimes(3);
    expect(onFailure.mock.calls.map(([error]: [Error]) => error.message)).toEqual(['at once', 'no error at all']);
    await loop.close();
  });

  it('is closed when the run under way is over, and runs no more', async () => {
    let finish = (): void => undefined;
    const run = jest.fn(() => new Promise<void>((resolve) => (finish = resolve)));
    const loop = new BackgroundLoop({ run, onFailure, intervalMs: 100 });
    loop.start();
    await jest.advanceTimersByTimeAsync(100);
    const closed = jest.fn();
    const closing = loop.close().then(closed);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(closed).not.toHaveBeenCalled();
    finish();
    await closing;
    loop.start();
    await jest.advanceTimersByTimeAsync(1_000);
    expect(run).toHaveBeenCalledTimes(1);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('does not start once it is closed', async () => {
    const loop = new BackgroundLoop({ run: () => Promise.resolve(), onFailure, intervalMs: 100 });
    await loop.close();
    loop.start();
    expect(jest.getTimerCount()).toBe(0);
  });
});
