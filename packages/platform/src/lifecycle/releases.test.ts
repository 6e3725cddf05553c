import { Releases } from './releases';

describe('Releases', () => {
  it('lets go last-in first-out, one after the other', async () => {
    const releases = new Releases();
    const order: string[] = [];
    for (const name of ['first', 'second', 'third']) {
      releases.add(name, async () => {
        await Promise.resolve();
        order.push(name);
      });
    }
    await releases.releaseAll();
    expect(order).toEqual(['third', 'second', 'first']);
  });

  it('finishes all whatever fails, then throws the first error', async () => {
    const releases = new Releases();
    const order: string[] = [];
    const failed: string[] = [];
    releases.add('a', () => void order.push('a'));
    releases.add('b', () => Promise.reject(new Error('b failed')));
    releases.add('c', () => {
      throw new Error('c failed');
    });
    await expect(releases.releaseAll((name) => failed.push(name))).rejects.toThrow('c failed');
    expect(order).toEqual(['a']);
    expect(failed).toEqual(['c', 'b']);
  });

  it('lets go once, however often it is asked', async () => {
    const releases = new Releases();
    let times = 0;
    releases.add('once', () => void (times += 1));
    await Promise.all([releases.releaseAll(), releases.releaseAll()]);
    expect(times).toBe(1);
  });

  it('refuses a resource acquired after stopping began', async () => {
    const releases = new Releases();
    await releases.releaseAll();
    expect(() => releases.add('late', () => undefined)).toThrow('late was acquired while the process was stopping');
  });
});
