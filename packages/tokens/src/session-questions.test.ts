import { SessionQuestions } from './session-questions';

describe('questions about single sessions', () => {
  afterEach(() => jest.useRealTimers());

  it('are one call, however many come within a few milliseconds', async () => {
    const calls: (readonly string[])[] = [];
    const questions = new SessionQuestions(async (ids) => (calls.push(ids), ['s7']));
    const ids = Array.from({ length: 500 }, (_, index) => `s${index % 250}`);
    const answers = await Promise.all(ids.map((id) => questions.ask(id)));
    expect(calls.map((call) => call.length)).toEqual([250]);
    expect(answers.filter((answer) => answer === 'ended')).toHaveLength(2);
    expect(answers.filter((answer) => answer === 'stands')).toHaveLength(498);
  });

  it('are asked anew each time: that a session stands is not remembered', async () => {
    const ended: string[] = [];
    const questions = new SessionQuestions(async () => [...ended]);
    expect(await questions.ask('s')).toBe('stands');
    ended.push('s');
    expect(await questions.ask('s')).toBe('ended');
  });

  it('wait for the call under way, however long it takes, and then go together in one: authentication has one at a time', async () => {
    const calls: (readonly string[])[] = [];
    const open: (() => void)[] = [];
    const questions = new SessionQuestions((ids) => {
      calls.push(ids);
      return new Promise((resolve) => open.push(() => resolve([])));
    });
    jest.useFakeTimers();
    const first = questions.ask('a');
    await jest.advanceTimersByTimeAsync(60_000);
    const later = ['b', 'c', 'd'].map((id) => questions.ask(id));
    await jest.advanceTimersByTimeAsync(60_000);
    expect(calls).toEqual([['a']]);
    open[0]!();
    expect(await first).toBe('stands');
    expect(calls).toEqual([['a'], ['b', 'c', 'd']]);
    open[1]!();
    expect(await Promise.all(later)).toEqual(['stands', 'stands', 'stands']);
    expect(calls).toHaveLength(2);
  });

  it('have no answer during an outage, and nobody waits for more than one call of it', async () => {
    let now = 0;
    let calls = 0;
    let unavailable = true;
    const questions = new SessionQuestions(
      async () => {
        calls += 1;
        if (unavailable) throw new Error('an outage');
        return [];
      },
      () => now,
    );
    const first = questions.ask('a');
    expect(await first).toBe('unknown');
    now = 999;
    expect(await Promise.all(['b', 'c'].map((id) => questions.ask(id)))).toEqual(['unknown', 'unknown']);
    expect(calls).toBe(1);
    [now, unavailable] = [1_000, false];
    expect(await questions.ask('d')).toBe('stands');
    expect(calls).toBe(2);
  });

  it('are answered when the pod stops', async () => {
    const questions = new SessionQuestions(() => new Promise(() => undefined));
    const waiting = questions.ask('a');
    questions.close();
    expect([await waiting, await questions.ask('b')]).toEqual(['unknown', 'unknown']);
  });
});
