import { groupBy } from './group-by';

describe('groupBy', () => {
  it('keeps all items by their key, both in the order in which they came', () => {
    const groups = groupBy(['b1', 'a1', 'b2', 'c1', 'a2'], (item) => item.charAt(0));
    expect([...groups]).toEqual([
      ['b', ['b1', 'b2']],
      ['a', ['a1', 'a2']],
      ['c', ['c1']],
    ]);
  });

  it('has no groups where there are no items', () => {
    expect(groupBy([], String).size).toBe(0);
  });
});
