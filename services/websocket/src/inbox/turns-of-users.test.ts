import { TurnsOfUsers } from './turns-of-users';

const LONG = 60_000;

/** Work that ends when it is told to. */
function held() {
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  const began: string[] = [];
  const work = (name: string) => async (): Promise<string> => {
    began.push(name);
    await ended;
    return name;
  };
  return { began, work, end };
}

describe('TurnsOfUsers', () => {
  it('lets one who asks for much at once wait for themselves, and others go ahead', async () => {
    const turns = new TurnsOfUsers(2);
    const { began, work, end } = held();
    const all = [
      ...['a1', 'a2', 'a3', 'a4'].map((name) => turns.runWithin('alice', LONG, work(name))),
      turns.runWithin('bob', LONG, work('b1')),
    ];
    expect(began).toEqual(['a1', 'a2', 'b1']);
    end();
    await expect(Promise.all(all)).resolves.toEqual(['a1', 'a2', 'a3', 'a4', 'b1']);
    expect(began).toEqual(['a1', 'a2', 'b1', 'a3', 'a4']);
  });

  it('keeps nothing of a user for whom nothing runs, also after a failure', async () => {
    const turns = new TurnsOfUsers(1);
    const failing = turns.runWithin('alice', LONG, () => Promise.reject(new Error('refused')));
    const next = turns.runWithin('alice', LONG, () => Promise.resolve('done'));
    expect(turns.size).toBe(1);
    await expect(failing).rejects.toThrow('refused');
    await expect(next).resolves.toBe('done');
    expect(turns.size).toBe(0);
  });

  it('does nothing where the turn does not come in time', async () => {
    const turns = new TurnsOfUsers(1);
    const { began, work, end } = held();
    const first = turns.runWithin('alice', LONG, work('first'));
    await expect(turns.runWithin('alice', 1, work('late'))).resolves.toBeUndefined();
    end();
    await first;
    expect(began).toEqual(['first']);
    expect(turns.size).toBe(0);
  });
});
