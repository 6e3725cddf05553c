import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findChromium } from './find-chromium';

describe('findChromium', () => {
  let directory: string;
  beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'find-chromium-'))));
  afterEach(() => rmSync(directory, { recursive: true }));

  const executable = (name: string): string => {
    const path = join(directory, name);
    writeFileSync(path, '');
    chmodSync(path, 0o755);
    return path;
  };

  it('takes the one that CHROMIUM names, and no other in its place', () => {
    const mine = executable('mine');
    executable('chromium');
    expect(findChromium({ CHROMIUM: mine, PATH: directory })).toBe(mine);
    expect(findChromium({ CHROMIUM: join(directory, 'missing'), PATH: directory })).toBeUndefined();
  });

  it('finds the usual names on the PATH, and says where there is none', () => {
    expect(findChromium({ PATH: directory })).toBeUndefined();
    expect(findChromium({ PATH: `:${directory}`, CHROMIUM: '' })).toBeUndefined();
    const browser = executable('google-chrome');
    expect(findChromium({ PATH: `/nowhere:${directory}` })).toBe(browser);
  });
});
