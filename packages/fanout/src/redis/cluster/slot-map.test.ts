import { haveSameOwners, isComplete, newestOf, nodesOf, parseNode, readSlotMap } from './slot-map';

const info = (cluster: number, node: number) =>
  `cluster_state:ok\r\ncluster_current_epoch:${cluster}\r\ncluster_my_epoch:${node}\r\n`;
const mapOf = (...ranges: [number, number, [unknown, number]][]) => readSlotMap([info(7, 3), ranges], 'asked');

describe('the slot map of a cluster', () => {
  it('names the owner of each slot, and its epochs', () => {
    const replica = ['10.0.0.9', 6379];
    const ranges = [
      [0, 5, ['10.0.0.1', 6379, 'id'], replica],
      [6, 16_383, ['fd00::2', 7000, 'id']],
    ];
    const map = readSlotMap([info(7, 3), ranges], 'asked');
    expect([0, 5, 6, 16_383].map((slot) => map.owners[slot])).toEqual([
      '10.0.0.1:6379',
      '10.0.0.1:6379',
      '[fd00::2]:7000',
      '[fd00::2]:7000',
    ]);
    expect(map.epochs).toEqual([7, 3]);
    expect([...nodesOf(map)].map(parseNode)).toEqual([
      { host: '10.0.0.1', port: 6379 },
      { host: 'fd00::2', port: 7000 },
    ]);
  });

  it.each([[null], ['']])('takes a node that says %j of its host for the one that was asked', (host) => {
    expect(mapOf([0, 16_383, [host, 6379]]).owners[9]).toBe('asked:6379');
  });

  it('has no owner for a slot that nobody covers, or whose owner nobody knows', () => {
    expect(isComplete(mapOf([0, 16_383, ['a', 1]]))).toBe(true);
    expect(isComplete(mapOf([0, 16_382, ['a', 1]]))).toBe(false);
    expect(isComplete(mapOf([0, 16_383, ['?', 1]]))).toBe(false);
  });

  it.each([
    ['is refused', [new Error('NOPERM'), new Error('NOPERM')]],
    ['is no cluster', ['# Cluster', new Error('ERR This instance has cluster support disabled')]],
    ['answers something else', [1, 2]],
  ])('is not read where the node %s', (_, answers) => {
    expect(() => readSlotMap(answers, 'asked')).toThrow(/NOPERM|ERR|no answer|not that/);
  });

  it('is that of the node that knows of the latest change', () => {
    const [old, moved, source] = [info(4, 2), info(5, 5), info(5, 1)].map((text) => readSlotMap([text, []], 'asked'));
    expect(newestOf([])).toBeUndefined();
    for (const maps of [
      [old, moved, source],
      [source, moved, old],
    ]) {
      expect(newestOf(maps.filter((map) => map !== undefined))).toBe(moved);
    }
  });

  it('tells whether anything moved', () => {
    const [one, same, other] = [8, 8, 9].map((last) => mapOf([0, last, ['a', 1]], [last + 1, 16_383, ['b', 1]]));
    if (one === undefined || same === undefined || other === undefined) throw new Error('three maps');
    expect([haveSameOwners(one, same), haveSameOwners(one, other)]).toEqual([true, false]);
  });
});
