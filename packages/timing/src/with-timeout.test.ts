import { TIMED_OUT, withTimeout } from './with-timeout';

describe('withTimeout', () => {
  it('answers what the promise answers in time, and throws what it throws', async () => {
    await expect(withTimeout(1_000, Promise.resolve('here'))).resolves.toBe('here');
    await expect(withTimeout(1_000, Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  });

  it('answers TIMED_OUT where it takes longer, and nobody hears of a later failure', async () => {
    let fail: (error: Error) => void = () => undefined;
    const never = new Promise<never>((_, reject) => (fail = reject));
    await expect(withTimeout(5, never)).resolves.toBe(TIMED_OUT);
    fail(new Error('too late'));
    await new Promise((resolve) => setImmediate(resolve));
  });
});
