import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { DASHBOARDS } from './dashboards';
import { staleFiles } from './generate';
import { panelQueries } from './observe/expressions';
import { buildDashboard } from './panel';

describe('generated files', () => {
  it('in the chart are what observability/ generates', () => {
    expect(staleFiles(join(__dirname, '..', 'charts', 'chat-app'))).toEqual([]);
  });
});

describe('dashboards', () => {
  it.each(DASHBOARDS.map((spec) => [spec.name, spec] as const))('%s has panels that do not overlap', (_, spec) => {
    const cells = new Set<string>();
    for (const { gridPos } of buildDashboard(spec).panels ?? []) {
      if (gridPos === undefined) throw new Error('a panel has no place');
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
          expect(x).toBeLessThan(24);
          expect(cells.has(`${x},${y}`)).toBe(false);
          cells.add(`${x},${y}`);
        }
      }
    }
  });

  it('say of every panel what to conclude from it', () => {
    for (const { rows } of DASHBOARDS) {
      for (const { panels } of rows) {
        for (const { title, description } of panels) {
          expect([title, description]).toEqual([title, expect.stringMatching(/\.$/)]);
        }
      }
    }
  });

  it('always narrow to the namespaces chosen', () => {
    for (const { rows } of DASHBOARDS) {
      for (const expression of rows.flatMap((row) =>
        row.panels.flatMap((panel) => panel.queries.map((query) => query.expression)),
      )) {
        const selectors = expression.match(/\b[a-z0-9_]+\{[^}]*\}/g) ?? [];
        expect(selectors.length).toBeGreaterThan(0);
        for (const selector of selectors) expect(selector).toContain('namespace=~"$namespace"');
      }
    }
  });
});

const promtool = spawnSync('promtool', ['--version']).status === 0;
const ci = process.env['CI'] === 'true';
(promtool || ci ? describe : describe.skip)(
  `panel queries${promtool || ci ? '' : ' (skipped: promtool is not installed)'}`,
  () => {
    it('are PromQL that Prometheus reads', () => {
      const directory = mkdtempSync(join(tmpdir(), 'panels-'));
      try {
        const rules = panelQueries().map(({ expression }, index) => ({ record: `panel:${index}`, expr: expression }));
        const file = join(directory, 'panels.yaml');
        writeFileSync(file, stringify({ groups: [{ name: 'panels', rules }] }, { lineWidth: 0 }));
        const { status, stderr } = spawnSync('promtool', ['check', 'rules', file], { encoding: 'utf8' });
        expect([status, stderr]).toEqual([0, '']);
        expect(rules.length).toBeGreaterThan(60);
      } finally {
        rmSync(directory, { recursive: true, force: true });
      }
    });
  },
);
