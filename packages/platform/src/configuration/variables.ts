import { define, fallbackOf, shown, type Variable } from './variable';

/** A text. Without a default it must be set. */
export function text(options: { default?: string; description: string; pattern?: RegExp }): Variable<string> {
  const { pattern } = options;
  return define({
    kind: pattern === undefined ? 'text' : `text matching ${String(pattern)}`,
    description: options.description,
    fallback: fallbackOf(options.default),
    parse: (value) =>
      pattern === undefined || pattern.test(value)
        ? { ok: true, value }
        : { ok: false, fault: `must match ${String(pattern)} but is ${shown(value)}` },
  });
}

/** A text that may be absent. */
export function optionalText(options: { description: string }): Variable<string | undefined> {
  return define<string | undefined>({
    kind: 'text',
    description: options.description,
    fallback: { value: undefined },
    parse: (value) => ({ ok: true, value }),
  });
}

/** A whole number within bounds (by default 0 … 2^53 - 1). */
export function integer(options: {
  default?: number;
  min?: number;
  max?: number;
  description: string;
}): Variable<number> {
  const { min = 0, max = Number.MAX_SAFE_INTEGER } = options;
  const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
  return define({
    kind: `integer ${range}`,
    description: options.description,
    fallback: fallbackOf(options.default),
    parse(value) {
      const number = /^[+-]?\d+$/.test(value) ? Number(value) : Number.NaN;
      if (Number.isSafeInteger(number) && number >= min && number <= max) return { ok: true, value: number };
      return { ok: false, fault: `must be an integer ${range} but is ${shown(value)}` };
    },
  });
}

/** `true` or `false`, nothing else. */
export function flag(options: { default: boolean; description: string }): Variable<boolean> {
  return define({
    kind: 'true or false',
    description: options.description,
    fallback: fallbackOf(options.default),
    parse(value) {
      if (value === 'true' || value === 'false') return { ok: true, value: value === 'true' };
      return { ok: false, fault: `must be true or false but is ${shown(value)}` };
    },
  });
}

/** One of a closed list of words. */
export function oneOf<const V extends string>(
  values: readonly V[],
  options: { default?: NoInfer<V>; description: string },
): Variable<V> {
  const words = values.join(', ');
  return define<V>({
    kind: `one of ${words}`,
    description: options.description,
    fallback: fallbackOf<V>(options.default),
    parse(value) {
      const found = values.find((word) => word === value);
      if (found !== undefined) return { ok: true, value: found };
      return { ok: false, fault: `must be one of ${words} but is ${shown(value)}` };
    },
  });
}

/** Words separated by commas; blanks around them and empty ones are dropped. */
export function list(options: { default?: readonly string[]; description: string }): Variable<readonly string[]> {
  return define<readonly string[]>({
    kind: 'comma-separated list',
    description: options.description,
    fallback: fallbackOf<readonly string[]>(options.default && Object.freeze([...options.default])),
    parse(value) {
      const words = value
        .split(',')
        .map((word) => word.trim())
        .filter((word) => word !== '');
      if (words.length === 0) return { ok: false, fault: `must name at least one word but is ${shown(value)}` };
      return { ok: true, value: Object.freeze(words) };
    },
  });
}
