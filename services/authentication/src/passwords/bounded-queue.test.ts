import { BoundedQueue } from './bounded-queue';

/** A work that ends when it is told to. */
function held() {
  let finish: () => void = () => undefined;
  const done = new Promise<void>((resolve) => (finish = resolve));
  let began = false;
  return {
    work: async () => {
      began = true;
      await done;
    },
    finish: () => finish(),
    began: () => began,
  };
}
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('bounded queue', () => {
  it('lets so many run at once, the others in their order', async () => {
    const queue = new BoundedQueue(2, 10);
    const works = Array.from({ length: 4 }, held);
    const runs = works.map(({ work }) => queue.run('p', work));
    await settle();
    expect(works.map((work) => work.began())).toEqual([true, true, false, false]);
    works[1]!.finish();
    await settle();
    expect(works.map((work) => work.began())).toEqual([true, true, true, false]);
    works.forEach((work) => work.finish());
    await Promise.all(runs);
    expect(works.every((work) => work.began())).toBe(true);
  });

  it('refuses with overloaded, at once, when too many wait', async () => {
    const lengths: number[] = [];
    const queue = new BoundedQueue(1, 1, (length) => lengths.push(length));
    const [first, second] = [held(), held()];
    const runs = [queue.run('p', first.work), queue.run('p', second.work)];
    await expect(queue.run('p', () => Promise.resolve())).rejects.toMatchObject({
      code: 'overloaded',
      status: 503,
      retryAfterMs: 1_000,
    });
    first.finish();
    second.finish();
    await Promise.all(runs);
    await queue.run('p', () => Promise.resolve());
    expect(lengths).toEqual([1, 0]);
  });

  it('drops a work whose client went away while it waited, and keeps the place of none', async () => {
    const queue = new BoundedQueue(1, 10);
    const first = held();
    const leaving = new AbortController();
    const run = queue.run('p', first.work);
    const dropped = queue.run('p', () => Promise.reject(new Error('it ran')), leaving.signal);
    const last = queue.run('p', () => Promise.resolve('ran'));
    leaving.abort(new Error('gone'));
    await expect(dropped).rejects.toThrow('gone');
    first.finish();
    await run;
    await expect(last).resolves.toBe('ran');
    await expect(queue.run('p', () => Promise.resolve(), leaving.signal)).rejects.toThrow('gone');
  });

  it('gives the place on when a work fails', async () => {
    const queue = new BoundedQueue(1, 10);
    const failing = queue.run('p', () => Promise.reject(new Error('failed')));
    const next = queue.run('p', () => Promise.resolve('ran'));
    await expect(failing).rejects.toThrow('failed');
    await expect(next).resolves.toBe('ran');
  });

  it('lets the parties take turns, however many works one of them has', async () => {
    const queue = new BoundedQueue(1, 10);
    const first = held();
    const order: string[] = [];
    const enqueue = (party: string, name: string) => queue.run(party, () => Promise.resolve(void order.push(name)));
    const runs = [queue.run('many', first.work), ...['m1', 'm2', 'm3'].map((name) => enqueue('many', name))];
    runs.push(enqueue('one', 'o1'), enqueue('other', 'x1'), enqueue('one', 'o2'));
    first.finish();
    await Promise.all(runs);
    expect(order).toEqual(['m1', 'o1', 'x1', 'm2', 'o2', 'm3']);
  });

  it('refuses the newest of the party with most works, never a stranger, when it is full', async () => {
    const queue = new BoundedQueue(1, 6);
    const first = held();
    const running = queue.run('flood', first.work);
    const flood = Array.from({ length: 6 }, () => queue.run('flood', () => Promise.resolve('ran')));
    const settled = Promise.allSettled(flood);
    const strangers = ['a', 'b', 'c'].map((party) => queue.run(party, () => Promise.resolve('ran')));
    await expect(queue.run('flood', () => Promise.resolve('ran'))).rejects.toMatchObject({ code: 'overloaded' });
    first.finish();
    await expect(Promise.all(strangers)).resolves.toEqual(['ran', 'ran', 'ran']);
    expect((await settled).map(({ status }) => status)).toEqual([
      ...Array.from({ length: 3 }, () => 'fulfilled'),
      ...Array.from({ length: 3 }, () => 'rejected'),
    ]);
    await running;
  });

  it('refuses whoever comes when all that wait are of as many parties', async () => {
    const queue = new BoundedQueue(1, 2);
    const first = held();
    const runs = [queue.run('p', first.work), ...['a', 'b'].map((party) => queue.run(party, () => Promise.resolve()))];
    await expect(queue.run('c', () => Promise.resolve())).rejects.toMatchObject({ code: 'overloaded' });
    first.finish();
    await Promise.all(runs);
  });
});
