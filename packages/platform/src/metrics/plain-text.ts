/**
 * Rewrites OpenMetrics text into Prometheus text format 0.0.4, for scrapers that do not ask for OpenMetrics: no exemplars,
 * no end mark, and a counter's HELP and TYPE carry its full name.
 */
export function plainText(openMetrics: string): string {
  const counters = new Set<string>();
  for (const [, name] of openMetrics.matchAll(/^# TYPE (\S+) counter$/gm)) counters.add(name as string);
  const lines = openMetrics.split('\n').filter((line) => line !== '# EOF');
  return lines.map((line) => plainLine(line, counters)).join('\n');
}

function plainLine(line: string, counters: ReadonlySet<string>): string {
  const comment = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line);
  if (comment === null) return line.replace(/ # \{[^}]*\} \S+ \S+$/, '');
  const [, word, name, rest] = comment as unknown as [string, string, string, string];
  return `# ${word} ${counters.has(name) ? `${name}_total` : name} ${rest}`;
}
