import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { parseConfiguration } from './parse-configuration';
import { secret, secretOf } from './secret';

const variables = { KEY: secret({ description: 'Key.' }) };

describe('secret', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'secret-'));
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  it('comes from the variable or, trimmed, from the file that X_FILE names', () => {
    const path = join(directory, 'key');
    writeFileSync(path, 'from file\n');
    expect(parseConfiguration({ KEY: 'direct' }, variables).KEY.read()).toBe('direct');
    expect(parseConfiguration({ KEY_FILE: path }, variables).KEY.read()).toBe('from file');
  });

  it('is refused where it is shorter than it must be, from a file too, and not repeated', () => {
    const path = join(directory, 'key');
    writeFileSync(path, 'hunter2\n');
    const bounded = { KEY: secret({ minLength: 8, description: 'Key.' }) };
    for (const environment of [{ KEY: 'hunter2' }, { KEY_FILE: path }]) {
      expect(() => parseConfiguration(environment, bounded)).toThrow(/^KEY must have at least 8 characters$/);
    }
    expect(parseConfiguration({ KEY: 'hunter22' }, bounded).KEY.read()).toBe('hunter22');
  });

  it('may be absent only when optional', () => {
    const optional = { KEY: secret({ optional: true, description: 'Key.' }) };
    expect(parseConfiguration({}, optional).KEY).toBeUndefined();
    expect(() => parseConfiguration({}, variables)).toThrow(/^KEY is not set/);
  });

  it('never shows its value in a fault', () => {
    const both = () => parseConfiguration({ KEY: 'hunter2', KEY_FILE: '/x' }, variables);
    expect(both).toThrow('KEY and KEY_FILE are both set; keep one of them');
  });

  it('names the file that cannot be read or is empty', () => {
    const path = join(directory, 'key');
    expect(() => parseConfiguration({ KEY_FILE: path }, variables)).toThrow(/^KEY cannot be read from .*key.*ENOENT/);
    writeFileSync(path, ' \n');
    expect(() => parseConfiguration({ KEY_FILE: path }, variables)).toThrow(/the file is empty/);
  });

  it('hides itself from JSON, strings and inspection', () => {
    for (const hidden of [
      JSON.stringify({ s: secretOf('hunter2') }),
      String(secretOf('hunter2')),
      inspect(secretOf('hunter2')),
    ]) {
      expect(hidden).not.toContain('hunter2');
      expect(hidden).toContain('[secret]');
    }
  });

  it('is read again when a Kubernetes mount swaps its symlink, and stays while the file is missing', () => {
    for (const [version, value] of [
      ['1', 'old'],
      ['2', 'new'],
    ] as const) {
      mkdirSync(join(directory, version));
      writeFileSync(join(directory, version, 'key'), value);
    }
    symlinkSync('1', join(directory, '..data'));
    symlinkSync(join('..data', 'key'), join(directory, 'key'));
    const { KEY: mounted } = parseConfiguration({ KEY_FILE: join(directory, 'key') }, variables);
    expect(mounted.read()).toBe('old');
    symlinkSync('2', join(directory, '..swap'));
    renameSync(join(directory, '..swap'), join(directory, '..data'));
    expect(mounted.read()).toBe('new');
    rmSync(join(directory, '..data'));
    expect(mounted.read()).toBe('new');
  });
});
