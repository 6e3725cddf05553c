import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A certificate and its key, as servers of `node:tls` take them. */
export interface TestCertificate {
  key: Buffer;
  cert: Buffer;
}

/** A certificate authority of one's own, made with openssl in a directory of the test. Its subject is always the same. */
export class TestAuthority {
  readonly #directory: string;
  readonly #name: string;

  constructor(directory: string, name: string) {
    this.#directory = directory;
    this.#name = name;
    const subject = ['-subj', '/O=io.strimzi/CN=cluster-ca'];
    openssl('req', '-x509', ...NEW_KEY, ...subject, '-keyout', this.#at('ca.key'), '-out', this.caFile);
  }

  /** Its certificate. */
  get caFile(): string {
    return this.#at('ca.crt');
  }

  /** A certificate for a server of that name. */
  issue(host: string): TestCertificate {
    const [key, request, names, certificate] = ['key', 'csr', 'names', 'crt'].map((end) => this.#at(`${host}.${end}`));
    openssl('req', ...NEW_KEY, '-subj', `/CN=${host}`, '-keyout', key!, '-out', request!);
    writeFileSync(names!, `subjectAltName=DNS:${host}`);
    const authority = ['-CA', this.caFile, '-CAkey', this.#at('ca.key'), '-CAcreateserial', '-extfile', names!];
    openssl('x509', '-req', '-in', request!, ...authority, '-out', certificate!);
    return { key: readFileSync(key!), cert: readFileSync(certificate!) };
  }

  #at(file: string): string {
    return join(this.#directory, `${this.#name}-${file}`);
  }
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

function openssl(...args: string[]): void {
  execFileSync('openssl', args, { stdio: 'ignore' });
}
