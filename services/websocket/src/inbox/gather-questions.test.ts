import { QuestionGatherer, type QuestionsTogether } from './gather-questions';

/** Calls that are answered when the test says so: each question by itself, in capitals. */
function gathering(how: Partial<QuestionsTogether<string, string>> = {}) {
  const calls: { questions: readonly string[]; answer: () => void; fail: (error: Error) => void }[] = [];
  const gatherer = new QuestionGatherer<string, string>({
    ask: (questions) =>
      new Promise((resolve, reject) => {
        const answer = (): void => resolve(questions.map((question) => question.toUpperCase()));
        calls.push({ questions, answer, fail: reject });
      }),
    mostCalls: () => 2,
    mostTogether: () => 3,
    isOutage: (error) => error instanceof Error && error.message === 'outage',
    isWanted: () => true,
    waitMs: 60_000,
    ...how,
  });
  const asked = (): (readonly string[])[] => calls.map(({ questions }) => questions);
  return { gatherer, calls, asked };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('questions that are gathered', () => {
  it('are one call where they come in one turn, and one that comes alone waits for nobody', async () => {
    const { gatherer, calls, asked } = gathering();
    const together = ['a', 'b', 'c'].map((question) => gatherer.ask(question));
    await turn();
    const alone = gatherer.ask('d');
    await turn();
    expect(asked()).toEqual([['a', 'b', 'c'], ['d']]);
    for (const { answer } of calls) answer();
    expect(await Promise.all([...together, alone])).toEqual(['A', 'B', 'C', 'D']);
  });

  it('wait while as many calls as may be are under way, and then go together, no more than a call holds', async () => {
    const { gatherer, calls, asked } = gathering();
    const answers = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'].map((question) => gatherer.ask(question));
    await turn();
    expect(asked()).toEqual([
      ['a', 'b', 'c'],
      ['d', 'e', 'f'],
    ]);
    calls[0]?.answer();
    await turn();
    calls[1]?.answer();
    await turn();
    expect(asked().slice(2)).toEqual([['g', 'h', 'i'], ['j']]);
    for (const { answer } of calls) answer();
    expect(await Promise.all(answers)).toHaveLength(10);
  });

  it('are not asked where nobody waits for the answer any more when their turn comes', async () => {
    const { gatherer, calls, asked } = gathering({ mostCalls: () => 1, isWanted: (question) => question !== 'gone' });
    const answers = ['a', 'gone', 'c', 'gone'].map((question) => gatherer.ask(question));
    await turn();
    expect(asked()).toEqual([['a', 'c']]);
    calls[0]?.answer();
    expect(await Promise.all(answers)).toEqual(['A', undefined, 'C', undefined]);
    expect(asked()).toHaveLength(1);
  });

  it('are asked alone where a call of several failed, so that one of them fails alone', async () => {
    const { gatherer, calls, asked } = gathering();
    const answers = ['a', 'bad', 'c'].map((question) => gatherer.ask(question).catch(({ message }: Error) => message));
    await turn();
    calls[0]?.fail(new Error('refused'));
    const late = gatherer.ask('d');
    await turn();
    // The newcomer's call holds none of them.
    calls[1]?.answer();
    calls[2]?.fail(new Error('bad was refused'));
    await turn();
    expect(asked()).toEqual([['a', 'bad', 'c'], ['a'], ['bad'], ['c'], ['d']]);
    for (const { answer } of calls) answer();
    expect(await Promise.all([...answers, late])).toEqual(['A', 'bad was refused', 'C', 'D']);
  });

  it('are not asked again in an outage, which would meet each of them', async () => {
    const { gatherer, calls, asked } = gathering();
    const answers = ['a', 'b'].map((question) => gatherer.ask(question).catch(({ message }: Error) => message));
    await turn();
    calls[0]?.fail(new Error('outage'));
    expect(await Promise.all(answers)).toEqual(['outage', 'outage']);
    await turn();
    expect(asked()).toHaveLength(1);
  });

  it('are let go of where their turn does not come in time', async () => {
    const { gatherer, calls, asked } = gathering({ mostCalls: () => 1, waitMs: 20 });
    const first = gatherer.ask('a');
    await turn();
    expect(await Promise.all(['b', 'c'].map((question) => gatherer.ask(question)))).toEqual([undefined, undefined]);
    calls[0]?.answer();
    expect(await first).toBe('A');
    expect(asked()).toEqual([['a']]);
  });
});
