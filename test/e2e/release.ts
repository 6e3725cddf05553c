import { resolve } from 'node:path';
import { helm, RELEASE } from './kubectl';

const root = resolve(__dirname, '..', '..');
export const CHART = resolve(root, 'charts', 'chat-app');

/**
 * Values files and settings of the installation under test: E2E_VALUES (files, by comma; else the chart's own for
 * development) and E2E_SET (a=b, by comma).
 */
function given(chart: string): string[] {
  const files = (process.env['E2E_VALUES'] ?? resolve(chart, 'values-development.yaml')).split(',');
  const settings = (process.env['E2E_SET'] ?? '').split(',').filter(Boolean);
  return [...files.flatMap((file) => ['--values', resolve(root, file)]), ...settings.flatMap((set) => ['--set', set])];
}

/** Installs or upgrades, and waits until every pod is ready. */
export async function upgrade(settings: readonly string[] = [], chart: string = CHART): Promise<void> {
  await helm(
    'upgrade',
    '--install',
    RELEASE,
    chart,
    ...given(chart),
    ...settings.flatMap((set) => ['--set', set]),
    '--wait',
    '--timeout',
    '5m',
  );
}
