import { isMap, isScalar, isSeq, parseDocument, type Node, type Pair } from 'yaml';

/** Part of a JSON schema. */
export type Schema = Record<string, unknown>;

/** One key of values.yaml: what stands above it, and what is below it. */
export interface ValueKey {
  name: string;
  /** Dotted, from the top. */
  path: string;
  /** The comment above the key, as one line; empty where there is none. */
  description: string;
  /** What its `@schema` line adds. */
  annotation: Schema;
  /** The default. */
  value: unknown;
  /** Keys below it; empty for a value that is used as a whole. */
  children: readonly ValueKey[];
}

const ANNOTATION = '@schema ';

/**
 * Reads the keys of a values.yaml with the comments above them.
 * @throws Error where the file is not YAML or an `@schema` line is not JSON
 */
export function readValues(yaml: string): readonly ValueKey[] {
  const document = parseDocument(yaml);
  if (document.errors[0] !== undefined) throw document.errors[0];
  // The comment of the file itself is set off by an empty line; the parser gives it to the first key otherwise.
  return keysOf(document.contents, '');
}

function keysOf(node: Node | null, prefix: string): readonly ValueKey[] {
  if (!isMap(node)) return [];
  return (node.items as Pair<unknown, Node | null>[]).map((pair, index) => {
    if (!isScalar(pair.key)) throw new Error(`${prefix}: a key that is no word`);
    const name = String(pair.key.value);
    const path = prefix === '' ? name : `${prefix}.${name}`;
    // The comment above the first key of a map belongs to the map in the parser's tree.
    const comment = pair.key.commentBefore ?? (index === 0 ? node.commentBefore : undefined) ?? '';
    const { description, annotation } = readComment(comment, path);
    const whole = '$ref' in annotation || isSeq(pair.value);
    const value = pair.value === null ? null : (pair.value.toJSON() as unknown);
    return { name, path, description, annotation, value, children: whole ? [] : keysOf(pair.value, path) };
  });
}

function readComment(comment: string, path: string): { description: string; annotation: Schema } {
  // Only the last paragraph: an earlier one speaks of the file.
  const lines = (comment.split(/\n\s*\n/).at(-1) ?? '').split('\n').map((line) => line.trim());
  const words: string[] = [];
  let annotation: Schema = {};
  for (const line of lines) {
    if (!line.startsWith(ANNOTATION)) words.push(line);
    else annotation = { ...annotation, ...parseAnnotation(line.slice(ANNOTATION.length), path) };
  }
  return { description: words.join(' ').trim(), annotation };
}

function parseAnnotation(json: string, path: string): Schema {
  try {
    return JSON.parse(json) as Schema;
  } catch {
    throw new Error(`${path}: @schema is not JSON: ${json}`);
  }
}
