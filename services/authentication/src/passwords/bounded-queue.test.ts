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
    const runs = works.map(({ work }) => queue.run(work));
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
    const runs = [queue.run(first.work), queue.run(second.work)];
    await expect(queue.run(() => Promise.resolve())).rejects.toMatchObject({
      code: 'overloaded',
      status: 503,
      retryAfterMs: 1_000,
    });
    first.finish();
    second.finish();
    await Promise.all(runs);
    await queue.run(() => Promise.resolve());
    expect(lengths).toEqual([1, 0]);
  });

  it('drops a work whose client went away while it waited, and keeps the place of none', async () => {
    const queue = new BoundedQueue(1, 10);
    const first = held();
    const leaving = new AbortController();
    const run = queue.run(first.work);
    const dropped = queue.run(() => Promise.reject(new Error('it ran')), leaving.signal);
    const last = queue.run(() => Promise.resolve('ran'));
    leaving.abort(new Error('gone'));
    await expect(dropped).rejects.toThrow('gone');
    first.finish();
    await run;
    await expect(last).resolves.toBe('ran');
    await expect(queue.run(() => Promise.resolve(), leaving.signal)).rejects.toThrow('gone');
  });

  it('gives the place on when a work fails', async () => {
    const queue = new BoundedQueue(1, 10);
    const failing = queue.run(() => Promise.reject(new Error('failed')));
    const next = queue.run(() => Promise.resolve('ran'));
    await expect(failing).rejects.toThrow('failed');
    await expect(next).resolves.toBe('ran');
  });
});
