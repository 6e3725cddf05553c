import fc from 'fast-check';
import { RecentIds } from './recent-ids';

describe('RecentIds', () => {
  it('says once that an id is fresh', () => {
    const recent = new RecentIds(10);
    expect([recent.add('a'), recent.add('a'), recent.add('b')]).toEqual([true, false, true]);
  });

  it('starts with the ids it is given', () => {
    const recent = new RecentIds(10, ['a', 'b']);
    expect(recent.add('b')).toBe(false);
    expect(recent.newest(5)).toEqual(['a', 'b']);
  });

  it('holds exactly the newest ids, and counts what it forgot', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...'abcdefgh'), { maxLength: 60 }),
        fc.integer({ min: 1, max: 5 }),
        (ids, capacity) => {
          const recent = new RecentIds(capacity);
          for (const id of ids) recent.add(id);
          const distinctNewestFirst = [...new Set([...ids].reverse())];
          expect(recent.newest(100)).toEqual(distinctNewestFirst.slice(0, capacity).reverse());
          if (new Set(ids).size <= capacity) expect(recent.forgotten).toBe(0);
        },
      ),
    );
  });
});
