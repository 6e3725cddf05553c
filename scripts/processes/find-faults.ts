import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const FAULTS = join('test', 'failures');
const ENDING = '.test.ts';

/**
 * The files of faults by name: `redis-killed` is `test/failures/redis-killed.test.ts`, `bounds` is
 * `test/failures/bounds/bounds.test.ts`. No names: no files, which means all.
 * @throws Error that says which there are, where one is not
 */
export function findFaults(root: string, names: readonly string[]): string[] {
  const files = new Map(
    readdirSync(join(root, FAULTS)).flatMap((entry) => {
      const name = entry.replace(ENDING, '');
      const file = name === entry ? join(FAULTS, name, `${name}${ENDING}`) : join(FAULTS, entry);
      return existsSync(join(root, file)) ? [[name, file] as const] : [];
    }),
  );
  return names.map((name) => {
    const file = files.get(name);
    if (file === undefined) {
      throw new Error(`--only: there is no fault "${name}"; there are ${[...files.keys()].join(', ')}`);
    }
    return file;
  });
}
