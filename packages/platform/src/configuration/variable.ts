/** The process environment, as given to `parseConfiguration`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What came of reading one variable. `fault` is a clause: "must be …; set it to …". It never repeats a secret. */
export type Reading<T> = { ok: true; value: T } | { ok: false; fault: string };

/** One configuration variable: how it is read. */
export interface Variable<T> {
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

/** What a variable without a secret is made of. */
export interface Definition<T> {
  /** The kind of value, as a fault names it: "integer from 1 to 65535". */
  kind: string;
  /** One sentence for the operator; units included. */
  description: string;
  /** The value without being set; where there is none it must be set. */
  fallback?: { value: T } | undefined;
  /** Reads a set value; not called when the variable is absent. */
  parse: (value: string) => Reading<T>;
}

/** Makes a variable. */
export function define<T>({ kind, description, fallback, parse }: Definition<T>): Variable<T> {
  return Object.freeze({
    read(name: string, environment: Environment): Reading<T> {
      const value = rawValue(name, environment);
      if (value !== undefined) return parse(value);
      if (fallback !== undefined) return { ok: true, value: fallback.value };
      return { ok: false, fault: `is not set; set it to a ${kind}: ${description}` };
    },
  });
}

/** The fallback of an option that may be left out. */
export function fallbackOf<T>(value: T | undefined): { value: T } | undefined {
  return value === undefined ? undefined : { value };
}

/** Shows a faulty value in a message without letting it flood the terminal. */
export function shown(value: string): string {
  return JSON.stringify(value.length > 64 ? `${value.slice(0, 64)}…` : value);
}
