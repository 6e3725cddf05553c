import { chunks } from './chunks';

describe('chunks', () => {
  it.each<[number, number[][]]>([
    [0, []],
    [2, [[0, 1]]],
    [5, [[0, 1], [2, 3], [4]]],
  ])('of %d items are all of them in their order, two at a time', (count, expected) => {
    expect([...chunks([...Array(count).keys()], 2)]).toEqual(expected);
  });
});
