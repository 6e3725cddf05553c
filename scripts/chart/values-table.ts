import type { ValueKey } from './read-values';

/** The values as Markdown: one table for each top-level group, in the order of values.yaml. */
export function valuesTables(keys: readonly ValueKey[]): string {
  const single = keys.filter((key) => key.children.length === 0);
  const groups = keys.filter((key) => key.children.length > 0);
  const sections = groups.map((group) => {
    const heading = [`### ${group.name}`, ...(group.description === '' ? [] : ['', group.description])];
    return [...heading, '', table(leavesOf(group.children))].join('\n');
  });
  return [`### General\n\n${table(single)}`, ...sections].join('\n\n');
}

/** Keys without keys below them; what is said of their parents is said once, in front of the first. */
function leavesOf(keys: readonly ValueKey[]): readonly ValueKey[] {
  return keys.flatMap((key) => {
    if (key.children.length === 0) return [key];
    const [first, ...rest] = leavesOf(key.children);
    if (first === undefined) return [];
    return [{ ...first, description: [key.description, first.description].filter(Boolean).join(' ') }, ...rest];
  });
}

function table(keys: readonly ValueKey[]): string {
  const rows = keys.map(
    (key) => `| \`${key.path}\` | ${cell(JSON.stringify(key.value), '`')} | ${cell(key.description)} |`,
  );
  return ['| key | default | meaning |', '|---|---|---|', ...rows].join('\n');
}

function cell(text: string, quote = ''): string {
  const escaped = text.replaceAll('|', '\\|');
  return escaped === '' ? '' : `${quote}${escaped}${quote}`;
}
