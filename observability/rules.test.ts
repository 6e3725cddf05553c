/** The alerts as Prometheus will be given them: rendered by helm for a release, tried by promtool. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import type { Rule, RuleFile } from './burn-rates';

const ROOT = join(__dirname, '..');
const CHART = join(ROOT, 'charts', 'chat-app');
const TESTS = join(CHART, 'rules', 'tests');
const TOOLS: NodeJS.ProcessEnv = {
  ...process.env,
  PATH: `${process.env['PATH'] ?? ''}:${join(process.env['HOME'] ?? '', '.cache/chat-app/bin')}`,
};
const has = (tool: string, ...options: string[]): boolean => spawnSync(tool, options, { env: TOOLS }).status === 0;
const missing = [...(has('helm', 'version') ? [] : ['helm']), ...(has('promtool', '--version') ? [] : ['promtool'])];

const files = readdirSync(join(CHART, 'rules')).filter((name) => name.endsWith('.yaml'));
const sources = files.flatMap((name) => rulesOf(parse(readFileSync(join(CHART, 'rules', name), 'utf8')) as RuleFile));
const alerts = sources.filter((rule) => rule.alert !== undefined);

function rulesOf({ groups }: RuleFile): Rule[] {
  return groups.flatMap((group) => group.rules);
}

/** As GitHub makes anchors of headings. */
function anchorsOf(markdown: string): string[] {
  const headings = markdown.match(/^#+ .+$/gm) ?? [];
  return headings.map((line) =>
    line
      .replace(/^#+ /, '')
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}

describe('alerts', () => {
  it('have a severity, a summary and a description, and say which namespace', () => {
    expect(alerts.length).toBeGreaterThan(20);
    for (const { alert, labels, annotations } of alerts) {
      expect([alert, labels?.['severity']]).toEqual([alert, expect.stringMatching(/^(critical|warning)$/)]);
      expect([alert, annotations?.['summary'], annotations?.['description']]).not.toContain(undefined);
    }
  });

  it('each point at a section of a document that exists', () => {
    const anchors = new Map<string, string[]>();
    for (const { alert, annotations } of alerts) {
      const [path = '', anchor = ''] = (annotations?.['runbook_url'] ?? '').split('#');
      if (!anchors.has(path)) anchors.set(path, anchorsOf(readFileSync(join(ROOT, path), 'utf8')));
      expect([alert, anchors.get(path)?.includes(anchor)]).toEqual([alert, true]);
      expect(anchor).toBe(alert?.toLowerCase());
    }
  });

  it('are each tried by a test of promtool', () => {
    const tried = readdirSync(TESTS).map((name) => readFileSync(join(TESTS, name), 'utf8'));
    const names = alerts.map(({ alert = '' }) => alert).filter((name) => !/Burn$/.test(name));
    // The six on burn rates share one form; each objective is tried once at least.
    names.push('ChatSendAvailabilityBurn', 'ChatDeliveryLatencySlowBurn', 'ChatDurabilityBurn');
    const firing = (name: string): RegExp => new RegExp(`alertname: ${name}\\n\\s+exp_alerts:\\n`);
    expect(names.filter((name) => !tried.some((text) => firing(name).test(text)))).toEqual([]);
  });
});

const title = 'rules that helm renders';
if (missing.length > 0 && process.env['CI'] !== 'true') {
  describe.skip(`${title} (skipped: ${missing.join(' and ')} not installed)`, () => it('are tried', () => undefined));
} else {
  describe(title, () => {
    const directory = mkdtempSync(join(tmpdir(), 'rules-'));
    let rendered: RuleFile;
    beforeAll(() => {
      expect(missing).toEqual([]);
      rendered = render('chat');
      mkdirSync(join(directory, 'tests'));
      writeFileSync(join(directory, 'rules.yaml'), stringify(rendered, { lineWidth: 0 }));
    });
    afterAll(() => rmSync(directory, { recursive: true, force: true }));

    it('are all rules of the folder, and promtool reads them', () => {
      expect(rulesOf(rendered)).toHaveLength(sources.length);
      expect(promtool('check', 'rules', join(directory, 'rules.yaml'))).toEqual([0, '']);
    });

    it('look at no other namespace', () => {
      for (const { expr } of rulesOf(rendered)) {
        const selectors = expr.match(/\b(chat[_:]|up\b|nodejs_)[\w:]*(\{[^}]*\})?/g) ?? [];
        expect(selectors.length).toBeGreaterThan(0);
        for (const selector of selectors) expect(selector).toContain('namespace="chat"');
      }
    });

    it.each(readdirSync(TESTS))('do as %s says', (name) => {
      const test = parse(readFileSync(join(TESTS, name), 'utf8')) as { rule_files: string[]; tests: UnitTest[] };
      test.rule_files = ['../rules.yaml'];
      for (const { alert_rule_test } of test.tests) {
        for (const one of alert_rule_test) one.exp_alerts?.forEach(asRendered);
      }
      writeFileSync(join(directory, 'tests', name), stringify(test, { lineWidth: 0 }));
      expect(promtool('test', 'rules', join(directory, 'tests', name))).toEqual([0, '']);
    });
  });
}

interface UnitTest {
  alert_rule_test: { exp_alerts?: { exp_annotations?: Record<string, string> }[] }[];
}

/** The chart makes a full address of a runbook's path. */
function asRendered({ exp_annotations }: { exp_annotations?: Record<string, string> }): void {
  const url = exp_annotations?.['runbook_url'];
  if (exp_annotations !== undefined && url !== undefined) {
    exp_annotations['runbook_url'] = `https://runbooks.test/${url}`;
  }
}

function render(namespace: string): RuleFile {
  const set = [
    'monitoring.prometheusRule.enabled=true',
    'monitoring.prometheusRule.runbookBase=https://runbooks.test/',
  ];
  const options = [
    '--namespace',
    namespace,
    '--show-only',
    'templates/prometheus-rule.yaml',
    ...set.flatMap((each) => ['--set', each]),
  ];
  const { status, stdout, stderr } = spawnSync('helm', ['template', 'chat', CHART, ...options], {
    encoding: 'utf8',
    env: TOOLS,
  });
  if (status !== 0) throw new Error(stderr);
  return (parse(stdout) as { spec: RuleFile }).spec;
}

function promtool(...options: string[]): [number | null, string] {
  const { status, stdout, stderr } = spawnSync('promtool', options, { encoding: 'utf8', env: TOOLS });
  return [status, status === 0 ? '' : stdout + stderr];
}
