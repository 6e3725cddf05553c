import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const OPERATIONS = join(__dirname, '../../../../../docs/operations.md');

/** The users of Redis as docs/operations.md gives them to operators, with this password: lines of an ACL file. */
export function documentedUsers(password: string): string[] {
  const lines = readFileSync(OPERATIONS, 'utf8').split('\n');
  return lines.filter((line) => /^user /.test(line)).map((line) => line.replace('>…', `>${password}`));
}
