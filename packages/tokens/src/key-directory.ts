import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { asError, type Logger } from '@chat-app/platform';
import { toJsonWebKey, type JsonWebKey } from './json-web-key';

/** A signing key found in the directory. */
export interface SigningKey {
  kid: string;
  privateKey: KeyObject;
  /** As published. */
  jwk: JsonWebKey;
  /** When the file came, as far as is known: milliseconds since the epoch. */
  since: number;
}

/** Names that start with a dot are Kubernetes' own (`..data`). */
const FILE = /^[A-Za-z0-9_-][A-Za-z0-9._-]*\.pem$/;

/**
 * The keys of a directory of files `<kid>.pem` (PKCS#8, EC P-256). `read` looks again each time and keeps the keys it knows
 * already: a Secret mount gives all files a new time whenever one changes, which must not make old keys young again. A
 * file that cannot be used is reported once and left out; while the directory cannot be read the known keys stay.
 */
export class KeyDirectory {
  readonly #directory: string;
  readonly #logger: Logger;
  readonly #known = new Map<string, SigningKey & { pem: string }>();
  readonly #reported = new Map<string, string>();

  constructor(directory: string, logger: Logger) {
    this.#directory = directory;
    this.#logger = logger;
  }

  /** All keys, oldest first. Empty where there is none. */
  read(): readonly SigningKey[] {
    let names: string[];
    try {
      names = readdirSync(this.#directory).filter((name) => FILE.test(name));
    } catch (thrown) {
      this.#report('.', asError(thrown));
      return this.#sorted();
    }
    const found = new Set<string>();
    for (const name of names) {
      const kid = basename(name, '.pem');
      if (this.#readKey(kid, join(this.#directory, name))) found.add(kid);
    }
    // Taken away on purpose. When none is left something else is going on: signing must go on.
    if (found.size > 0) for (const kid of [...this.#known.keys()]) if (!found.has(kid)) this.#known.delete(kid);
    return this.#sorted();
  }

  #readKey(kid: string, path: string): boolean {
    try {
      const since = statSync(path).mtimeMs;
      const pem = readFileSync(path, 'utf8');
      const known = this.#known.get(kid);
      if (known?.pem === pem) {
        known.since = Math.min(known.since, since);
        return true;
      }
      const privateKey = createPrivateKey(pem);
      this.#known.set(kid, { kid, pem, privateKey, jwk: toJsonWebKey(kid, createPublicKey(privateKey)), since });
      this.#reported.delete(kid);
      return true;
    } catch (thrown) {
      this.#report(kid, asError(thrown));
      return this.#known.has(kid);
    }
  }

  #report(what: string, error: Error): void {
    if (this.#reported.get(what) === error.message) return;
    this.#reported.set(what, error.message);
    this.#logger.error('a signing key cannot be read', { key: what, reason: error.message });
  }

  /** A pod that starts finds all files of a mount equally old, give or take: then their names decide. */
  #sorted(): readonly SigningKey[] {
    const minute = (key: SigningKey) => Math.floor(key.since / 60_000);
    return [...this.#known.values()].sort((a, b) => minute(a) - minute(b) || (a.kid < b.kid ? -1 : 1));
  }
}

/**
 * Makes a signing key in the directory (and the directory, where it is missing). Its kid begins with the time, so that
 * names sort by age.
 * @returns the kid
 */
export function createSigningKey(directory: string): string {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const kid = `${new Date().toISOString().replace(/\D/g, '').slice(0, 14)}-${randomBytes(4).toString('hex')}`;
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const unfinished = join(directory, `.${kid}.unfinished`);
  writeFileSync(unfinished, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600, flag: 'wx' });
  renameSync(unfinished, join(directory, `${kid}.pem`));
  return kid;
}
