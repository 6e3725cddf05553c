import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Names of authorities in a directory: Strimzi's Secret has `ca.crt`, and `ca-<time>.crt` while its key is replaced. */
const AUTHORITY = /^ca.*\.(crt|pem)$/;

/** Certificates of the authorities that a server's must come from. */
export interface TrustedCertificates {
  /** All of them in PEM, as they are now. While they cannot be read, those known last. */
  read(): string;
}

/**
 * The certificates in a file, or in all files `ca*.crt` and `ca*.pem` of a directory: a server whose authority is being replaced
 * shows a certificate of the old one here and of the new one there.
 * @throws Error where the path cannot be read or there is no certificate
 */
export function trustedCertificates(path: string): TrustedCertificates {
  let known = certificatesAt(path);
  return {
    read() {
      try {
        known = certificatesAt(path);
      } catch {
        // Being replaced: a name that was listed is gone, or a file is empty for a moment.
      }
      return known;
    },
  };
}

function certificatesAt(path: string): string {
  const files = statSync(path).isDirectory() ? authoritiesIn(path) : [path];
  const certificates = files.map((file) => readFileSync(file, 'utf8').trim()).filter((content) => content !== '');
  if (certificates.length === 0) throw new Error(`there is no certificate in ${path}`);
  return `${certificates.join('\n')}\n`;
}

function authoritiesIn(directory: string): string[] {
  return readdirSync(directory)
    .filter((name) => AUTHORITY.test(name))
    .sort()
    .map((name) => join(directory, name));
}
