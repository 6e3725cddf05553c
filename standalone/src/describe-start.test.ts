import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { standaloneConfiguration } from './configuration';
import { describeStart } from './describe-start';

const README = readFileSync(resolve(__dirname, '..', '..', 'README.md'), 'utf8');
const PRINTED = describeStart(standaloneConfiguration({}), 'http://localhost:8080');

it('sends the terminal chat to where it listens, whatever the port', () => {
  expect(PRINTED).toContain('npm run chat -- user2 pwd2\n');
  expect(describeStart(standaloneConfiguration({ PORT: '9000' }), 'http://localhost:9000')).toContain(
    'npm run chat -- user2 pwd2 http://localhost:9000\n',
  );
});

describe.each([
  ['the README', README],
  ['the terminal', PRINTED],
])('the try by hand, as %s shows it', (_, text) => {
  const [login = ''] = /TOKEN=\$\([^]+?\.token'\)/.exec(text) ?? [];

  it('sets the token that it uses, from what the login answers', () => {
    const directory = mkdtempSync(join(tmpdir(), 'try-'));
    try {
      const curl = join(directory, 'curl');
      writeFileSync(curl, `#!/bin/sh\necho '{"token":"the.own.token","expires_in":600}'\n`);
      chmodSync(curl, 0o755);
      const path = [directory, process.env['PATH']].join(delimiter);
      const shown = execFileSync('sh', ['-c', `${login}\nprintf %s "$TOKEN"`], { env: { ...process.env, PATH: path } });
      expect(shown.toString()).toBe('the.own.token');
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('uses no variable before it is set', () => {
    for (const { 1: name = '', index } of text.matchAll(/"[^"\n]*\$([A-Z_]+)/g)) {
      expect(text.slice(0, index)).toContain(`${name}=`);
    }
    expect(text.indexOf('Bearer $TOKEN')).toBeGreaterThan(text.indexOf(login));
  });
});
