import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { trustedCertificates } from './trusted-certificates';

describe('trusted certificates', () => {
  let directory: string;
  const put = (name: string, content: string) => writeFileSync(join(directory, name), content);
  beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'authorities-'))));
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it('are all authorities of a directory, those that come later too, and nothing else in it', () => {
    put('ca.crt', 'new\n');
    put('ca.password', 'secret');
    put('user.crt', 'leaf');
    const certificates = trustedCertificates(directory);
    expect(certificates.read()).toBe('new\n');
    put('ca-2026-11-27T10-00-00Z.crt', 'old\n');
    expect(certificates.read()).toBe('old\nnew\n');
    rmSync(join(directory, 'ca-2026-11-27T10-00-00Z.crt'));
    expect(certificates.read()).toBe('new\n');
  });

  it('are those of one file where that is named', () => {
    put('bundle', 'one\ntwo\n');
    expect(trustedCertificates(join(directory, 'bundle')).read()).toBe('one\ntwo\n');
  });

  it('stay what they were while they are being replaced', () => {
    put('ca.crt', 'known');
    const certificates = trustedCertificates(directory);
    rmSync(join(directory, 'ca.crt'));
    expect(certificates.read()).toBe('known\n');
    rmSync(directory, { recursive: true });
    expect(certificates.read()).toBe('known\n');
    mkdirSync(directory);
    put('ca.crt', 'next');
    expect(certificates.read()).toBe('next\n');
  });

  it('are refused at the start where there are none', () => {
    expect(() => trustedCertificates(directory)).toThrow(/no certificate/);
    expect(() => trustedCertificates(join(directory, 'nothing'))).toThrow(/ENOENT/);
  });
});
