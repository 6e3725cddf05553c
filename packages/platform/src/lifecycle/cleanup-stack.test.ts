import { CleanupStack } from './cleanup-stack';

describe('CleanupStack', () => {
  it('lets go last-in first-out, one after the other', async () => {
    const cleanup = new CleanupStack();
    const order: string[] = [];
    for (const name of ['first', 'second', 'third']) {
      cleanup.add(name, async () => {
        await Promise.resolve();
        order.push(name);
      });
    }
    await cleanup.run();
    expect(order).toEqual(['third', 'second', 'first']);
  });

  it('finishes all whatever fails, then throws the first error', async () => {
    const cleanup = new CleanupStack();
    const order: string[] = [];
    const failed: string[] = [];
    cleanup.add('a', () => void order.push('a'));
    cleanup.add('b', () => Promise.reject(new Error('b failed')));
    cleanup.add('c', () => {
      throw new Error('c failed');
    });
    await expect(cleanup.run((name) => failed.push(name))).rejects.toThrow('c failed');
    expect(order).toEqual(['a']);
    expect(failed).toEqual(['c', 'b']);
  });

  it('lets go once, however often it is asked', async () => {
    const cleanup = new CleanupStack();
    let times = 0;
    cleanup.add('once', () => void (times += 1));
    await Promise.all([cleanup.run(), cleanup.run()]);
    expect(times).toBe(1);
  });

  it('refuses a resource acquired after stopping began', async () => {
    const cleanup = new CleanupStack();
    await cleanup.run();
    expect(() => cleanup.add('late', () => undefined)).toThrow('late was acquired while the process was stopping');
  });
});
