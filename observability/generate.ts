/**
 * `npm run observability:generate [-- --check]`: writes the chart's dashboards and the rules of the objectives from what
 * this folder says. With --check it writes nothing and fails where a file differs.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { stringify } from 'yaml';
import { burnRateRules } from './burn-rates';
import { DASHBOARDS } from './dashboards';
import { buildDashboard } from './panel';

const RULES_HEADER = '# Generated from observability/objectives.ts by npm run observability:generate.\n';

/** Path below the chart → contents. */
function generatedFiles(): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const spec of DASHBOARDS) {
    files.set(`dashboards/${spec.name}.json`, `${JSON.stringify(buildDashboard(spec), null, 2)}\n`);
  }
  files.set('rules/objectives.yaml', RULES_HEADER + stringify(burnRateRules(), { lineWidth: 0 }));
  return files;
}

/** Files of the chart that are not what would be generated. */
export function staleFiles(chart: string): string[] {
  return [...generatedFiles()].flatMap(([path, text]) => {
    const file = join(chart, path);
    return existsSync(file) && readFileSync(file, 'utf8') === text ? [] : [path];
  });
}

function main(): void {
  const chart = resolve(process.cwd(), 'charts', 'chat-app');
  const stale = staleFiles(chart);
  if (process.argv.includes('--check')) {
    for (const path of stale) console.error(`${path} is not what observability/ generates`);
    process.exitCode = stale.length === 0 ? 0 : 1;
    return;
  }
  const files = generatedFiles();
  for (const path of stale) writeFileSync(join(chart, path), files.get(path) ?? '');
  console.log(stale.length === 0 ? 'nothing changed' : `wrote ${stale.join(', ')}`);
}

if (require.main === module) main();
