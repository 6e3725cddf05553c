/** Everything that is asked of Prometheus by dashboards and alerts. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { RuleFile } from '../burn-rates';
import { DASHBOARDS } from '../dashboards';
import type { PanelSpec } from '../panel';
import { NAMESPACE } from './prometheus-server';

/** Who exports a metric: the services, or an exporter that this rig does not have. */
export type Source = 'services' | 'Strimzi' | 'CloudNativePG';

export interface Asked {
  /** Dashboard and panel, or alert. */
  where: string;
  expression: string;
  source: Source;
}

/** Every query of every panel, its variables replaced. */
export function panelQueries(): Asked[] {
  return DASHBOARDS.flatMap(({ title, rows }) =>
    rows.flatMap(({ panels }) =>
      panels.flatMap((panel) =>
        panel.queries.map(({ expression }) => ({
          where: `${title.replace('chat-app / ', '')}: ${panel.title}`,
          expression: substitute(expression),
          source: sourceOf(expression),
        })),
      ),
    ),
  );
}

/**
 * Every selector of every alert and recording rule. (An alert's whole expression is empty while all is well; its parts
 * must not be.)
 */
export function ruleSelectors(folder: string): Asked[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  const rules = files.flatMap((name) =>
    (parse(readFileSync(join(folder, name), 'utf8')) as RuleFile).groups.flatMap((group) => group.rules),
  );
  const asked = rules.flatMap(({ alert, record, expr }) =>
    selectorsOf(expr).map((expression) => ({
      where: `rule ${alert ?? record}`,
      expression,
      source: sourceOf(expression),
    })),
  );
  return [...new Map(asked.map((each) => [each.expression, each])).values()];
}

/** Whole expressions of the alerts and records, for a check that Prometheus understands them. */
function selectorsOf(expression: string): string[] {
  return expression.match(/\b[a-z_][a-z0-9_:]*\{[^}]*\}/g) ?? [];
}

/** What Grafana would send with all namespaces and pods chosen. */
export function substitute(expression: string): string {
  return expression
    .replaceAll('$namespace', NAMESPACE)
    .replaceAll('$pod', '.*')
    .replaceAll('$__rate_interval', '20s')
    .replaceAll('$__range', '5m');
}

export function findPanel(dashboard: string, title: string): PanelSpec {
  const panels = DASHBOARDS.filter(({ name }) => name === dashboard).flatMap(({ rows }) =>
    rows.flatMap((row) => row.panels),
  );
  const panel = panels.find((each) => each.title === title);
  if (panel === undefined) throw new Error(`dashboard ${dashboard} has no panel "${title}"`);
  return panel;
}

function sourceOf(expression: string): Source {
  if (/\bcnpg_/.test(expression)) return 'CloudNativePG';
  return /\bkafka_/.test(expression) ? 'Strimzi' : 'services';
}
