import { RecentMap } from './recent-map';

describe('a memory of the newest entries', () => {
  it('forgets the oldest where there is no room', () => {
    const map = new RecentMap<number>(2);
    for (const [key, value] of [
      ['a', 1],
      ['b', 2],
      ['c', 3],
    ] as const) {
      map.set(key, value);
    }
    expect(['a', 'b', 'c'].map((key) => map.get(key))).toEqual([undefined, 2, 3]);
  });

  it('keeps one that was set again as the newest, with its new value', () => {
    const map = new RecentMap<number>(2);
    for (const [key, value] of [
      ['a', 1],
      ['b', 2],
      ['a', 3],
      ['c', 4],
    ] as const) {
      map.set(key, value);
    }
    expect(['a', 'b', 'c'].map((key) => map.get(key))).toEqual([3, undefined, 4]);
  });
});
