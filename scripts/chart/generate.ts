/**
 * `npm run chart:generate`: writes values.schema.json and README.md of the chart from values.yaml.
 * With `--check` it writes nothing and fails where they are not what it would write.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readValues } from './read-values';
import { valuesSchema } from './values-schema';
import { valuesTables } from './values-table';

const PLACE = '<!-- values -->';

function main(check: boolean): number {
  const chart = resolve(__dirname, '..', '..', '..', 'charts', 'chat-app');
  const keys = readValues(readFileSync(join(chart, 'values.yaml'), 'utf8'));
  const readme = readFileSync(join(chart, 'README.md.template'), 'utf8').replace(PLACE, () => valuesTables(keys));
  const wanted = { 'values.schema.json': `${JSON.stringify(valuesSchema(keys), undefined, 2)}\n`, 'README.md': readme };
  let stale = 0;
  for (const [name, content] of Object.entries(wanted)) {
    const file = join(chart, name);
    if (!check) writeFileSync(file, content);
    else if (content !== readFileSync(file, 'utf8')) {
      console.error(`${name} is not what values.yaml says: run npm run chart:generate`);
      stale += 1;
    }
  }
  return stale;
}

process.exitCode = main(process.argv.includes('--check'));
