import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { preProcessFile } from 'typescript';

const ROOT = resolve(__dirname, '..');

function* sources(directory: string): Iterable<string> {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    if (entry.name === 'node_modules' || entry.name === 'dist' || entry.name.startsWith('.')) continue;
    const path = join(directory, entry.name);
    if (entry.isDirectory()) yield* sources(path);
    else if (/\.tsx?$/.test(entry.name)) yield path;
  }
}

/** Files of ours that a file imports by their path, for their types too. */
function importsOf(file: string): string[] {
  const { importedFiles } = preProcessFile(readFileSync(file, 'utf8'), true, true);
  return importedFiles.flatMap(({ fileName }) => {
    if (!fileName.startsWith('.')) return [];
    const path = resolve(dirname(file), fileName);
    return [`${path}.ts`, `${path}.tsx`, join(path, 'index.ts')].filter((found) => existsSync(found)).slice(0, 1);
  });
}

/** The first circle that is found, as the files on it; undefined where there is none. */
function findCircle(imports: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const done = new Set<string>();
  const visit = (file: string, way: string[]): string[] | undefined => {
    if (done.has(file)) return undefined;
    const at = way.indexOf(file);
    if (at !== -1) return [...way.slice(at), file];
    for (const imported of imports.get(file) ?? []) {
      const circle = visit(imported, [...way, file]);
      if (circle !== undefined) return circle;
    }
    done.add(file);
    return undefined;
  };
  for (const file of imports.keys()) {
    const circle = visit(file, []);
    if (circle !== undefined) return circle;
  }
  return undefined;
}

describe('imports', () => {
  it('never lead back to the file that they began in, those of types included', () => {
    const imports = new Map([...sources(ROOT)].map((file) => [file, importsOf(file)]));
    expect(imports.size).toBeGreaterThan(500);
    expect(findCircle(imports)?.map((file) => relative(ROOT, file))).toBeUndefined();
  });

  it('that lead back are found, wherever the walk begins', () => {
    const imports = new Map([
      ['a', ['b']],
      ['b', ['c', 'd']],
      ['c', []],
      ['d', ['b']],
    ]);
    expect(findCircle(imports)).toEqual(['b', 'd', 'b']);
    expect(findCircle(new Map([...imports, ['d', ['c']]]))).toBeUndefined();
  });
});
