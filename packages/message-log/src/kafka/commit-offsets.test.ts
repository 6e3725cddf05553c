import { OffsetCommits } from './commit-offsets';

type Offsets = { topics: { topic: string; partitions: { partition: number; offset: string }[] }[] };

/** A consumer whose commits the test answers. */
function heldConsumer() {
  const asked: Offsets[] = [];
  const answers: { resolve: () => void; reject: (error: Error) => void }[] = [];
  const commitOffsetsIfNecessary = (offsets: Offsets): Promise<void> => {
    asked.push(offsets);
    return new Promise((resolve, reject) => answers.push({ resolve, reject }));
  };
  return { by: { commitOffsetsIfNecessary }, asked, answers };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('commits of partitions handled side by side', () => {
  it('go in one request where they come together', async () => {
    const { by, asked, answers } = heldConsumer();
    const commits = new OffsetCommits('t');
    const done = Promise.all([commits.commit(by, 1, '10'), commits.commit(by, 4, '20')]);
    await turn();
    const partitions = [
      { partition: 1, offset: '10' },
      { partition: 4, offset: '20' },
    ];
    expect(asked).toEqual([{ topics: [{ topic: 't', partitions }] }]);
    answers[0]?.resolve();
    await done;
  });

  it('that come while a request is under way go with the next, and each resolves with its own', async () => {
    const { by, asked, answers } = heldConsumer();
    const commits = new OffsetCommits('t');
    const settled: string[] = [];
    const first = commits.commit(by, 1, '10').then(() => settled.push('first'));
    await turn();
    const rest = [commits.commit(by, 2, '5'), commits.commit(by, 3, '6')].map((commit) =>
      commit.then(() => settled.push('next')),
    );
    await turn();
    expect(asked).toHaveLength(1);
    answers[0]?.resolve();
    await first;
    await turn();
    expect(settled).toEqual(['first']);
    expect(asked[1]?.topics[0]?.partitions.map(({ partition }) => partition)).toEqual([2, 3]);
    answers[1]?.resolve();
    await Promise.all(rest);
  });

  it('fail together, and the next are not held up', async () => {
    const { by, asked, answers } = heldConsumer();
    const commits = new OffsetCommits('t');
    const both = Promise.allSettled([commits.commit(by, 1, '10'), commits.commit(by, 2, '5')]);
    await turn();
    answers[0]?.reject(new Error('refused'));
    expect((await both).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    const again = commits.commit(by, 1, '10');
    await turn();
    expect(asked).toHaveLength(2);
    answers[1]?.resolve();
    await again;
  });
});
