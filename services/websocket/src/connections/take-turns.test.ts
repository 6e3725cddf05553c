import { setImmediate as turn } from 'node:timers/promises';
import { EventLoopTurns } from './take-turns';

describe('turns of the event loop', () => {
  /** Asks for so many turns at once; the numbers of those that go on, as they do. */
  function ask(turns: EventLoopTurns, count: number, gone: number[] = []): number[] {
    for (let n = 0; n < count; n += 1) void turns.next().then(() => gone.push(n));
    return gone;
  }

  it('let a step alone go on in the turn in which it comes', async () => {
    const turns = new EventLoopTurns(2);
    for (let n = 0; n < 3; n += 1) {
      const gone = ask(turns, 1);
      await Promise.resolve();
      await Promise.resolve();
      expect(gone).toEqual([0]);
      await turn();
      await turn();
    }
  });

  it('let so many go on in a turn, the others in the turns after it, in the order in which they came', async () => {
    const turns = new EventLoopTurns(3);
    const gone = ask(turns, 8);
    const counts: number[] = [];
    for (let n = 0; n < 4; n += 1) {
      await turn();
      counts.push(gone.length);
    }
    expect(counts).toEqual([6, 8, 8, 8]);
    expect(gone).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('count the next step of one that goes on like any other: it waits behind those who were there', async () => {
    const turns = new EventLoopTurns(1);
    const gone: string[] = [];
    const walk = async (name: string): Promise<void> => {
      for (let step = 0; step < 2; step += 1) {
        await turns.next();
        gone.push(`${name}${step}`);
      }
    };
    await Promise.all([walk('a'), walk('b'), walk('c')]);
    expect(gone).toEqual(['a0', 'b0', 'c0', 'a1', 'b1', 'c1']);
  });
});
