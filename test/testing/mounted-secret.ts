import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

/** The link to what counts now; kubelet (pkg/volume/util/atomic_writer.go) calls it so. */
const DATA = '..data';

/** A directory as kubelet mounts a Secret: links to files of which all change at once. */
export class MountedSecret {
  /** @param path is made */
  constructor(
    readonly path: string,
    content: Readonly<Record<string, string>>,
  ) {
    mkdirSync(path);
    this.write(content);
  }

  /** What the Secret holds from now on, names that are left out not any more. */
  write(content: Readonly<Record<string, string>>): void {
    const next = mkdtempSync(this.#at('..next-'));
    for (const [name, text] of Object.entries(content)) writeFileSync(join(next, name), text);
    const names = readdirSync(this.path);
    const before = names.includes(DATA) ? readlinkSync(this.#at(DATA)) : undefined;
    symlinkSync(next, this.#at('..data_tmp'));
    renameSync(this.#at('..data_tmp'), this.#at(DATA));
    for (const name of Object.keys(content)) {
      if (!names.includes(name)) symlinkSync(join(DATA, name), this.#at(name));
    }
    for (const name of names) {
      if (!name.startsWith('..') && !(name in content)) rmSync(this.#at(name));
    }
    if (before !== undefined) rmSync(before, { recursive: true });
  }

  #at(name: string): string {
    return join(this.path, name);
  }
}
