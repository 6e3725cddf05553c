import { slotOf } from './key-slot';
import { runOnCluster, type ClusterNodes } from './run-on-cluster';

/** Two nodes: `a:1` owns even slots, `b:1` odd ones. What each is sent is kept, what it answers is the test's to choose. */
class FakeNodes implements ClusterNodes {
  readonly sent: string[] = [];
  moves = 0;
  answer: (node: string, command: string) => unknown = (node, command) => `${node} ${command}`;

  ownerOf(slot: number): string {
    return slot % 2 === 0 ? 'a:1' : 'b:1';
  }

  async run(node: string, commands: readonly (readonly string[])[]): Promise<readonly unknown[]> {
    const texts = commands.map((command) => command.join(' '));
    this.sent.push(`${node}: ${texts.join(', ')}`);
    return texts.map((text) => this.answer(node, text));
  }

  moved(): void {
    this.moves += 1;
  }
}

const keyOn = (remainder: number, nth = 0): string =>
  Array.from({ length: 50 }, (_, number) => `k${number}`).filter((key) => slotOf(key) % 2 === remainder)[nth] ?? '';
const [even, even2, odd] = [keyOn(0), keyOn(0, 1), keyOn(1)];

describe('commands on a cluster', () => {
  let nodes: FakeNodes;
  let run: ReturnType<typeof runOnCluster>;
  beforeEach(() => {
    nodes = new FakeNodes();
    run = runOnCluster(nodes, odd);
  });

  it('go to the owners of their keys, in one call each and in their order, those without a key to the home', async () => {
    const commands = [['time'], ['get', even], ['set', odd, 'v'], ['del', even2]];
    await expect(run(commands)).resolves.toEqual([
      'b:1 time',
      `a:1 get ${even}`,
      `b:1 set ${odd} v`,
      `a:1 del ${even2}`,
    ]);
    expect([...nodes.sent].sort()).toEqual([`a:1: get ${even}, del ${even2}`, `b:1: time, set ${odd} v`]);
    expect(nodes.moves).toBe(0);
  });

  it('follow a slot that moved, and have the owners asked for', async () => {
    nodes.answer = (node, command) => (node === 'a:1' ? new Error('MOVED 7 b:1') : `${node} ${command}`);
    await expect(run([['get', even]])).resolves.toEqual([`b:1 get ${even}`]);
    expect(nodes.moves).toBe(1);
  });

  it('ask for a key that is on its way, each by itself', async () => {
    nodes.answer = (node, command) => {
      if (command === 'asking') return 'OK';
      return node === 'a:1' && command.endsWith(even2) ? new Error('ASK 7 b:1') : `${node} ${command}`;
    };
    await expect(
      run([
        ['get', even],
        ['get', even2],
        ['del', even2],
      ]),
    ).resolves.toEqual([`a:1 get ${even}`, `b:1 get ${even2}`, `b:1 del ${even2}`]);
    expect(nodes.sent.at(-1)).toBe(`b:1: asking, get ${even2}, asking, del ${even2}`);
    expect(nodes.moves).toBe(0);
  });

  it('fail where one is refused, where a node is away, and where they are sent in a circle', async () => {
    nodes.answer = () => new Error('CLUSTERDOWN');
    await expect(run([['get', even]])).rejects.toThrow('CLUSTERDOWN');
    nodes.answer = (node) => new Error(`MOVED 7 ${node === 'a:1' ? 'b' : 'a'}:1`);
    await expect(run([['get', even]])).rejects.toThrow('circle');
    nodes.run = () => Promise.reject(new Error('away'));
    await expect(run([['get', even]])).rejects.toThrow('away');
  });

  it('are none where there are none', async () => {
    await expect(run([])).resolves.toEqual([]);
    expect(nodes.sent).toEqual([]);
  });
});
