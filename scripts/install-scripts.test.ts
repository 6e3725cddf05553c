import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const read = (name: string): unknown => JSON.parse(readFileSync(resolve(__dirname, '..', name), 'utf8'));

describe('npm ci', () => {
  it('runs no script of a dependency, and warns of none: each that has one is named', () => {
    const { packages } = read('package-lock.json') as { packages: Record<string, { hasInstallScript?: boolean }> };
    const { allowScripts } = read('package.json') as { allowScripts: Record<string, boolean> };
    const scripted = Object.entries(packages)
      .filter(([path, { hasInstallScript }]) => path.includes('node_modules/') && hasInstallScript === true)
      .map(([path]) => path.split('node_modules/').at(-1));
    expect(Object.keys(allowScripts).sort()).toEqual([...new Set(scripted)].sort());
    expect(Object.values(allowScripts)).not.toContain(true);
  });
});
