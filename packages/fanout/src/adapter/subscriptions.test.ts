import * as fc from 'fast-check';
import { Subscriptions } from './subscriptions';

/** A server that answers in order, when told to; `lose` ends the connection with everything under way. */
class FakeConnection {
  readonly subscribed = new Set<string>();
  largest = 0;
  readonly commands: string[][] = [];
  #waiting: { apply: () => void; reject: (error: Error) => void }[] = [];

  subscribe = (...channels: string[]) =>
    this.#command(() => channels.forEach((each) => this.subscribed.add(each)), channels);
  unsubscribe = (...channels: string[]) =>
    this.#command(() => channels.forEach((each) => this.subscribed.delete(each)), channels);

  answer(): boolean {
    const next = this.#waiting.shift();
    next?.apply();
    return next !== undefined;
  }

  lose(): void {
    this.subscribed.clear();
    this.#waiting.splice(0).forEach(({ reject }) => reject(new Error('lost')));
  }

  #command(effect: () => void, channels: string[]): Promise<void> {
    this.largest = Math.max(this.largest, channels.length);
    this.commands.push(channels);
    return new Promise((resolve, reject) => {
      const apply = (): void => {
        effect();
        resolve();
      };
      this.#waiting.push({ apply, reject });
    });
  }
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
const settle = async (connection: FakeConnection): Promise<void> => {
  do await turn();
  while (connection.answer());
};

describe('subscriptions', () => {
  it('ask for at most a thousand channels at once', async () => {
    const connection = new FakeConnection();
    const subscriptions = new Subscriptions(connection);
    subscriptions.want(Array.from({ length: 2_500 }, (_, index) => String(index)));
    const all = subscriptions.confirmAll();
    await settle(connection);
    await all;
    expect([connection.largest, connection.subscribed.size, subscriptions.complete]).toEqual([1_000, 2_500, true]);
  });

  it('ask in one command for what is asked for at once, without what is wanted no longer', async () => {
    const connection = new FakeConnection();
    const subscriptions = new Subscriptions(connection);
    const confirmed = ['a', 'b', 'c', 'd'].map((channel) => subscriptions.confirm(subscriptions.want([channel])));
    void subscriptions.release(subscriptions.unwant(['b']));
    expect(subscriptions.busy).toBe(true);
    await settle(connection);
    await Promise.all(confirmed);
    expect(connection.commands).toEqual([['b'], ['a', 'c', 'd']]);
    expect([[...connection.subscribed], subscriptions.complete, subscriptions.busy]).toEqual([
      ['a', 'c', 'd'],
      true,
      false,
    ]);
  });

  it('do not take the answer of a lost connection for one of the present', async () => {
    const connection = new FakeConnection();
    const subscriptions = new Subscriptions(connection);
    const confirmed = subscriptions.confirm(subscriptions.want(['a']));
    subscriptions.forget();
    connection.answer();
    await expect(confirmed).rejects.toThrow('lost');
    expect([subscriptions.complete, subscriptions.busy]).toEqual([false, false]);
  });

  it('end with exactly what is wanted, whatever came, went, and was lost in between', async () => {
    const channels = fc.subarray(['a', 'b', 'c', 'd']);
    const step = fc.oneof(
      fc.record({ want: channels }),
      fc.record({ unwant: channels }),
      fc.constant({ answer: true } as const),
      fc.constant({ turn: true } as const),
      fc.constant({ lose: true } as const),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const connection = new FakeConnection();
        const subscriptions = new Subscriptions(connection);
        const wanted = new Set<string>();
        for (const each of steps) {
          if ('want' in each) {
            each.want.forEach((channel) => wanted.add(channel));
            subscriptions.confirm(subscriptions.want(each.want)).catch(() => undefined);
          } else if ('unwant' in each) {
            each.unwant.forEach((channel) => wanted.delete(channel));
            void subscriptions.release(subscriptions.unwant(each.unwant));
          } else if ('answer' in each) connection.answer();
          else if ('turn' in each) await turn();
          else {
            subscriptions.forget();
            connection.lose();
          }
        }
        await settle(connection);
        const all = subscriptions.confirmAll();
        await settle(connection);
        await all;
        expect([...connection.subscribed].sort()).toEqual([...wanted].sort());
      }),
      { numRuns: 200 },
    );
  });
});
