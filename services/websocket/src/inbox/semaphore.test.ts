import { Semaphore } from './semaphore';

describe('Semaphore', () => {
  it('runs at most so many at once, the others in the order they came, also after failures', async () => {
    const semaphore = new Semaphore(2);
    let running = 0;
    let most = 0;
    const began: number[] = [];
    const work = (n: number) =>
      semaphore.runWithin(60_000, async () => {
        began.push(n);
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
        if (n % 2 === 0) throw new Error('even');
      });
    await Promise.allSettled(Array.from({ length: 9 }, (_, n) => work(n)));
    expect(most).toBe(2);
    expect(began).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(semaphore.waiting).toBe(0);
    await expect(semaphore.runWithin(60_000, () => Promise.resolve('free'))).resolves.toBe('free');
  });
});
