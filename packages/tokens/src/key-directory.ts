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
  /** When the key was made, as its name says; else when its file came, as far as is known. Milliseconds since the epoch. */
  since: number;
}

/** Names that start with a dot are Kubernetes' own (`..data`). */
const FILE = /^[A-Za-z0-9_-][A-Za-z0-9._-]*\.pem$/;

export interface KeyDirectoryOptions {
  directory: string;
  /** Ids of keys that are no keys any more, whoever puts their files back. */
  revoked: ReadonlySet<string>;
  logger: Logger;
}

/**
 * The keys of a directory of files `<kid>.pem` (PKCS#8, EC P-256). A kid that begins with YYYYMMDDhhmmss says when the key
 * was made: so one that is put back is as old as it was, and a pod that starts knows all ages. Of other kids the file's time
 * counts; `read` looks again each time and keeps the keys it knows already, since a Secret mount gives all files a new time
 * whenever one changes. A file that cannot be used is reported once and left out; while the directory cannot be read the
 * known keys stay.
 */
export class KeyDirectory {
  readonly #directory: string;
  readonly #revoked: ReadonlySet<string>;
  readonly #logger: Logger;
  readonly #known = new Map<string, SigningKey & { pem: string }>();
  readonly #reported = new Map<string, string>();

  constructor({ directory, revoked, logger }: KeyDirectoryOptions) {
    this.#directory = directory;
    this.#revoked = revoked;
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
      if (this.#revoked.has(kid)) this.#report(kid, new Error('it is revoked'));
      else if (this.#readKey(kid, join(this.#directory, name))) found.add(kid);
    }
    // Taken away on purpose. When none is left something else is going on: signing must go on.
    if (found.size > 0) for (const kid of [...this.#known.keys()]) if (!found.has(kid)) this.#known.delete(kid);
    return this.#sorted();
  }

  #readKey(kid: string, path: string): boolean {
    try {
      const since = timeOf(kid) ?? statSync(path).mtimeMs;
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

  /** A pod that starts finds all files of a mount equally old, give or take: then names that are no times decide. */
  #sorted(): readonly SigningKey[] {
    const minute = (key: SigningKey) => Math.floor(key.since / 60_000);
    return [...this.#known.values()].sort((a, b) => minute(a) - minute(b) || (a.kid < b.kid ? -1 : 1));
  }
}

/** When a key of this id was made; undefined where its name does not say so. */
function timeOf(kid: string): number | undefined {
  const [, digits] = /^(\d{14})(?!\d)/.exec(kid) ?? [];
  if (digits === undefined) return undefined;
  const iso = digits.replace(/^(....)(..)(..)(..)(..)(..)$/, '$1-$2-$3T$4:$5:$6Z');
  const time = Date.parse(iso);
  return Number.isNaN(time) ? undefined : time;
}

/**
 * Makes a signing key in the directory (and the directory, where it is missing). Its kid begins with the time, so that
 * names sort by age.
 * @param madeAt milliseconds since the epoch
 * @returns the kid
 */
export function createSigningKey(directory: string, madeAt = Date.now()): string {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const kid = `${new Date(madeAt).toISOString().replace(/\D/g, '').slice(0, 14)}-${randomBytes(4).toString('hex')}`;
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const unfinished = join(directory, `.${kid}.unfinished`);
  writeFileSync(unfinished, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600, flag: 'wx' });
  renameSync(unfinished, join(directory, `${kid}.pem`));
  return kid;
}
