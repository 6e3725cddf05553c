/** The process environment, as given to `parseConfiguration`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What came of reading one variable. `fault` is a clause: "must be …; set it to …". It never repeats a secret. */
export type Reading<T> = { ok: true; value: T } | { ok: false; fault: string };

/** One configuration variable: how it is read, and how the documentation describes it. */
export interface Variable<T> {
  /** One sentence for the operator; units included. */
  readonly description: string;
  /** What it is without being set, as the documentation prints it; undefined = it must be set. */
  readonly fallback: string | undefined;
  /** The kind of value, as the documentation prints it: "integer from 1 to 65535". */
  readonly kind: string;
  /** Also readable from a file named by `<NAME>_FILE`. */
  readonly secret: boolean;
  read(name: string, environment: Environment): Reading<T>;
}

/** The type of value that a variable yields. */
export type ValueOf<V> = V extends Variable<infer T> ? T : never;

/**
 * The value of a variable, trimmed. An empty one counts as not set: that is what charts and compose files write for
 * "no value".
 */
export function rawValue(name: string, environment: Environment): string | undefined {
  const value = environment[name]?.trim();
  return value === '' ? undefined : value;
}

/** Shows a faulty value in a message without letting it flood the terminal. */
export function shown(value: string): string {
  return JSON.stringify(value.length > 64 ? `${value.slice(0, 64)}…` : value);
}
