import { readFileSync, statSync } from 'node:fs';
import { inspect } from 'node:util';
import { asError } from '../errors';
import { rawValue, shown, type Environment, type Reading, type Variable } from './variable';

/** A value that must not be printed. It hides itself from JSON, string conversion and inspection. */
export interface Secret {
  /** The value now. One that lives in a file is read again when the file changed; while it cannot be read, the last one stays. */
  read(): string;
  /** Never the value. */
  toString(): string;
}

const HIDDEN = '[secret]';

/** Hides itself wherever a value is commonly printed. */
abstract class Hidden implements Secret {
  abstract read(): string;
  toString(): string {
    return HIDDEN;
  }
  toJSON(): string {
    return HIDDEN;
  }
  [inspect.custom](): string {
    return HIDDEN;
  }
}

class FixedSecret extends Hidden {
  readonly #value: string;
  constructor(value: string) {
    super();
    this.#value = value;
  }
  read(): string {
    return this.#value;
  }
}

class FileSecret extends Hidden {
  readonly #path: string;
  #version: string;
  #value: string;

  /** @throws when the file cannot be read or is empty */
  constructor(path: string) {
    super();
    this.#path = path;
    this.#version = versionOf(path);
    this.#value = contentOf(path);
  }

  read(): string {
    try {
      // Kubernetes swaps a symlink: the path's target has another inode and time from one call to the next.
      const version = versionOf(this.#path);
      if (version !== this.#version) {
        this.#value = contentOf(this.#path);
        this.#version = version;
      }
    } catch {
      // Missing or empty for a moment while it is being replaced: the value known still holds.
    }
    return this.#value;
  }
}

function versionOf(path: string): string {
  const { mtimeMs, ino, size } = statSync(path);
  return `${mtimeMs}/${ino}/${size}`;
}

function contentOf(path: string): string {
  const content = readFileSync(path, 'utf8').trim();
  if (content === '') throw new Error('the file is empty');
  return content;
}

/** Wraps a value known in the program. */
export function secretOf(value: string): Secret {
  return new FixedSecret(value);
}

interface SecretOptions {
  optional?: boolean;
  description: string;
  /** Characters that it has at least when the process starts. */
  minLength?: number;
}

/** A secret: `NAME` holds it, or `NAME_FILE` names the file that does. Required unless `optional`. */
export function secret(options: SecretOptions & { optional?: false }): Variable<Secret>;
export function secret(options: SecretOptions & { optional: true }): Variable<Secret | undefined>;
export function secret(options: SecretOptions): Variable<Secret | undefined> {
  return Object.freeze({
    read: (name: string, environment: Environment) => readSecret(name, environment, options),
  });
}

function readSecret(name: string, environment: Environment, options: SecretOptions): Reading<Secret | undefined> {
  const reading = findSecret(name, environment, options);
  const { minLength = 0 } = options;
  if (!reading.ok || reading.value === undefined || reading.value.read().length >= minLength) return reading;
  return { ok: false, fault: `must have at least ${minLength} characters` };
}

function findSecret(name: string, environment: Environment, options: SecretOptions): Reading<Secret | undefined> {
  const value = rawValue(name, environment);
  const path = rawValue(`${name}_FILE`, environment);
  if (value !== undefined && path !== undefined) {
    return { ok: false, fault: `and ${name}_FILE are both set; keep one of them` };
  }
  if (value !== undefined) return { ok: true, value: new FixedSecret(value) };
  if (path === undefined) {
    if (options.optional === true) return { ok: true, value: undefined };
    return { ok: false, fault: `is not set; set it, or ${name}_FILE to the path of a file: ${options.description}` };
  }
  try {
    return { ok: true, value: new FileSecret(path) };
  } catch (thrown) {
    return { ok: false, fault: `cannot be read from ${shown(path)} (${name}_FILE): ${asError(thrown).message}` };
  }
}
