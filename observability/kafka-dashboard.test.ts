/** The panels on what Strimzi's exporters tell, tried by promtool on series as Prometheus has them. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { kubectlFound, resource } from '../k8s/kustomize';

const DASHBOARD = join(__dirname, '..', 'charts', 'chat-app', 'dashboards', 'kafka.json');
const found = kubectlFound && spawnSync('promtool', ['--version']).status === 0;
const describeWithTools = found || process.env['CI'] === 'true' ? describe : describe.skip;

/** Labels that the PodMonitor lets Prometheus take from the pods of Kafka, as Prometheus writes their names. */
function labelsOfBrokers(): Record<string, string> {
  const { spec } = resource('strimzi/overlays/production', 'PodMonitor', 'chat-kafka');
  const taken = (spec['podTargetLabels'] ?? []) as string[];
  const ofPod: Record<string, string> = { 'strimzi.io/cluster': 'chat', 'strimzi.io/kind': 'Kafka' };
  return Object.fromEntries(taken.map((label) => [label.replace(/\W/g, '_'), ofPod[label] ?? '']));
}

/** Expressions of the dashboard that name a metric, for the namespace `chat`. */
function expressionsWith(metric: string): string[] {
  const expressions = [...readFileSync(DASHBOARD, 'utf8').matchAll(/"expr": ("(?:[^"\\]|\\.)*")/g)];
  return expressions
    .map(([, text = '""']) => (JSON.parse(text) as string).replaceAll('$namespace', 'chat'))
    .filter((expression) => expression.includes(metric));
}

function series(metric: string, labels: Record<string, string>): string {
  const pairs = Object.entries({ namespace: 'chat', ...labels }).map(([name, value]) => `${name}="${value}"`);
  return `${metric}{${pairs.join(',')}}`;
}

/** @throws Error with what promtool says where the expression gives something else */
function expectValue(expr: string, input: Record<string, number>, expected: { labels: string; value: number }): void {
  const directory = mkdtempSync(join(tmpdir(), 'promtool-'));
  try {
    const file = join(directory, 'test.yaml');
    const input_series = Object.entries(input).map(([name, value]) => ({ series: name, values: String(value) }));
    const promql_expr_test = [{ expr, eval_time: '0m', exp_samples: [expected] }];
    writeFileSync(file, stringify({ rule_files: [], tests: [{ interval: '1m', input_series, promql_expr_test }] }));
    const { status, stdout, stderr } = spawnSync('promtool', ['test', 'rules', file], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`${stdout}${stderr}`);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

describeWithTools('the dashboard of Kafka', () => {
  it.each([
    'kafka_server_replicamanager_underreplicatedpartitions',
    'kafka_server_replicamanager_underminisrpartitioncount',
    'kafka_controller_kafkacontroller_offlinepartitionscount',
  ])('shows %s of brokers as the PodMonitor has them scraped', (metric) => {
    const [expression = ''] = expressionsWith(metric);
    expectValue(expression, { [series(metric, labelsOfBrokers())]: 3 }, { labels: '{}', value: 3 });
  });

  it('counts a partition without a committed offset as no lag, not as less than none', () => {
    const [expression = ''] = expressionsWith('kafka_consumergroup_lag');
    const lag = (partition: string) =>
      series('kafka_consumergroup_lag', { consumergroup: 'persistence', topic: 'messages', partition });
    expectValue(
      expression,
      { [lag('0')]: 5, [lag('1')]: -1, [lag('2')]: -1 },
      { labels: '{consumergroup="persistence",topic="messages"}', value: 5 },
    );
  });
});
