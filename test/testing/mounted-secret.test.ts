import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { privateDirectory } from './backend-process';
import { MountedSecret } from './mounted-secret';

describe('a Secret as kubelet mounts it', () => {
  const directory = privateDirectory('secret');
  afterAll(() => directory.remove());
  const secret = new MountedSecret(join(directory.path, 'mounted'), { 'ca.crt': 'old', other: 'gone soon' });
  const shown = (): Record<string, string> => {
    const names = readdirSync(secret.path).filter((name) => !name.startsWith('..'));
    return Object.fromEntries(names.map((name) => [name, readFileSync(join(secret.path, name), 'utf8')]));
  };

  it('shows what was written last and nothing of before', () => {
    expect(shown()).toEqual({ 'ca.crt': 'old', other: 'gone soon' });
    secret.write({ 'ca.crt': 'new', 'ca-old.crt': 'old' });
    expect(shown()).toEqual({ 'ca.crt': 'new', 'ca-old.crt': 'old' });
    expect(readdirSync(secret.path).filter((name) => name.startsWith('..'))).toHaveLength(2);
  });

  it('changes all files by one link', () => {
    for (const name of Object.keys(shown())) {
      expect(lstatSync(join(secret.path, name)).isSymbolicLink()).toBe(true);
      expect(readlinkSync(join(secret.path, name))).toBe(join('..data', name));
    }
  });
});
