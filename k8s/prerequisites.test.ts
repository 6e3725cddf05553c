/** What the production overlays need and do not make: each is named where the documents say how to install. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, kubectlFound, type Resource } from './kustomize';

const ROOT = join(__dirname, '..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const INSTALL = /^## Install$[^]*?(?=^## )/m.exec(read('docs/operations.md'))?.[0] ?? '';
/** Whose definitions the groups of the resources are, in the words of the documents. */
const OPERATORS: Record<string, string> = {
  'kafka.strimzi.io': 'Strimzi',
  'postgresql.cnpg.io': 'CloudNativePG',
  'barmancloud.cnpg.io': 'Barman Cloud plugin',
  'monitoring.coreos.com': 'Prometheus operator',
};
const OF_KUBERNETES = ['networking.k8s.io'];

const describeWithKubectl = kubectlFound || process.env['CI'] === 'true' ? describe : describe.skip;

/** Values of a key wherever it is in an object. */
function valuesOf(object: unknown, key: string): unknown[] {
  if (typeof object !== 'object' || object === null) return [];
  return Object.entries(object).flatMap(([name, value]) => [
    ...(name === key ? [value as unknown] : []),
    ...valuesOf(value, key),
  ]);
}

describeWithKubectl('the install documents', () => {
  let objects: Resource[];
  beforeAll(() => {
    objects = ['strimzi', 'cloudnative-pg'].flatMap((set) => build(`${set}/overlays/production`));
  });

  it('name the operator of every kind in the production overlays', () => {
    const groups = new Set(objects.map(({ apiVersion }) => apiVersion.split('/')[0] ?? ''));
    for (const group of groups) {
      if (OF_KUBERNETES.includes(group)) continue;
      expect([group, INSTALL]).toEqual([group, expect.stringContaining(OPERATORS[group] ?? group)]);
    }
    expect(groups.size).toBe(Object.keys(OPERATORS).length + OF_KUBERNETES.length);
  });

  it('name every Secret that the overlays read and nobody makes', () => {
    const made = read('scripts/database-passwords').includes('name=chat-db-$role')
      ? ['authentication', 'persistence']
      : [];
    const references = ['passwordSecret', 'accessKeyId', 'secretAccessKey'].flatMap((key) => valuesOf(objects, key));
    const names = new Set(references.map((reference) => (reference as { name: string }).name));
    for (const name of names) {
      if (!made.some((role) => name === `chat-db-${role}`)) expect(INSTALL).toContain(`secret generic ${name} `);
    }
    expect(names).toContain('chat-store');
  });

  it('say that nodes need the labels by which pods are spread', () => {
    const keys = new Set(valuesOf(objects, 'topologyKey').map(String));
    expect([...keys]).toEqual(['topology.kubernetes.io/zone']);
    for (const key of keys) expect(INSTALL).toContain(`labelled \`${key}\``);
  });

  it('let the pods of Strimzi into the namespace, which enforces the restricted Pod Security Standard', () => {
    const [operator = '', namespace = ''] = [...INSTALL.matchAll(/^```\n([^]*?)^```$/gm)].map(
      ([, block]) => block ?? '',
    );
    expect(namespace).toContain('label namespace chat pod-security.kubernetes.io/enforce=restricted');
    const install = operator.replaceAll('\\\n', ' ');
    expect(install).toMatch(/^helm install strimzi .*extraEnvs\[0\]\.name=STRIMZI_POD_SECURITY_PROVIDER_CLASS'/m);
    expect(install).toMatch(/^helm install strimzi .*extraEnvs\[0\]\.value=restricted'/m);
  });

  it.each(['docs/operations.md', 'scripts/test-cluster', 'skaffold.yaml'])(
    'let Strimzi see the namespace of the release (%s)',
    (path) => {
      const install = /strimzi-kafka-operator[^]{0,300}/.exec(read(path))?.[0];
      expect(install).toMatch(/watchAnyNamespace(=|: )true/);
    },
  );
});
