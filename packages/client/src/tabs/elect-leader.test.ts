import { FakeBrowser, type FakeTab } from '../../testing/fake-browser';
import { Election } from './elect-leader';

/** What is to be granted is. */
const turn = async (): Promise<void> => {
  for (let turns = 0; turns < 5; turns += 1) await new Promise((resolve) => setImmediate(resolve));
};

const stand = (tab: FakeTab) => {
  const told: string[] = [];
  const election = new Election({
    locks: tab.locks,
    name: 'leader',
    onElected: () => told.push('elected'),
    onDeposed: () => told.push('deposed'),
  });
  return { election, told };
};

describe('Election', () => {
  it('elects one, and the next when that one goes, however it goes', async () => {
    const browser = new FakeBrowser();
    const tabs = [browser.open(), browser.open(), browser.open()];
    const [one, two, three] = tabs.map(stand);
    await turn();
    expect([one!.told, two!.told, three!.told]).toEqual([['elected'], [], []]);
    one!.election.stop();
    await turn();
    expect([two!.told, three!.told]).toEqual([['elected'], []]);
    tabs[1]!.kill();
    await turn();
    expect(three!.told).toEqual(['elected']);
    expect(one!.told).toEqual(['elected']);
  });

  it('deposes a leader whose lock is stolen, which is a candidate again', async () => {
    const browser = new FakeBrowser();
    const [one, two] = [stand(browser.open()), stand(browser.open())];
    await turn();
    two.election.steal();
    await turn();
    expect([one.told, two.told]).toEqual([['elected', 'deposed'], ['elected']]);
    expect([one.election.leads, two.election.leads]).toEqual([false, true]);
    two.election.stop();
    await turn();
    expect(one.told).toEqual(['elected', 'deposed', 'elected']);
  });

  it('elects nobody who stopped while standing in the queue', async () => {
    const browser = new FakeBrowser();
    const [one, two] = [stand(browser.open()), stand(browser.open())];
    two.election.stop();
    await turn();
    one.election.stop();
    await turn();
    expect(two.told).toEqual([]);
    expect(browser.holder('leader')).toBeUndefined();
  });
});
