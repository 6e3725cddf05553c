import { resolve } from 'node:path';
import { findFaults } from './find-faults';

describe('faults by name', () => {
  const root = resolve(__dirname, '..', '..');

  it('are files of test/failures, some in a folder of their name', () => {
    expect(findFaults(root, ['redis-killed', 'bounds'])).toEqual([
      'test/failures/redis-killed.test.ts',
      'test/failures/bounds/bounds.test.ts',
    ]);
    expect(findFaults(root, [])).toEqual([]);
  });

  it.each(['redis-kiled', 'testing', '', '../system/sessions'])('that are not there are refused: "%s"', (name) => {
    expect(() => findFaults(root, ['redis-killed', name])).toThrow(/no fault.*there are .*bounds.*redis-killed/);
  });
});
