import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { parseAllDocuments, stringify } from 'yaml';

export const CHART = resolve(__dirname, '..');

export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string>; annotations?: Record<string, string> };
  spec?: unknown;
  data?: Record<string, string>;
}

const found = spawnSync('helm', ['version', '--short']).status === 0;

/** A describe block that needs helm: skipped in sight where a developer lacks it, a failure in CI. */
export function describeWithHelm(title: string, body: () => void): void {
  // A process for each rendering: on a busy machine some take ten seconds.
  jest.setTimeout(90_000);
  if (found) return describe(title, body);
  if (process.env['CI'] !== 'true') return describe.skip(`${title} (skipped: helm is not installed)`, body);
  describe(title, () => {
    it('finds helm', () => {
      throw new Error('install helm: CI does not skip');
    });
  });
}

/** What helm makes of the chart with these values. */
export class Rendering {
  constructor(readonly objects: readonly KubernetesObject[]) {}

  /** The one object of that kind and name. @throws Error where there is none or more than one */
  get(kind: string, name: string): KubernetesObject {
    const matches = this.objects.filter((object) => object.kind === kind && object.metadata.name === name);
    if (matches[0] === undefined || matches.length > 1) throw new Error(`${matches.length} objects ${kind} ${name}`);
    return matches[0];
  }

  all(kind: string): readonly KubernetesObject[] {
    return this.objects.filter((object) => object.kind === kind);
  }
}

/** @throws Error with helm's message where it refuses the values */
export function render(values: unknown = {}, options: readonly string[] = []): Rendering {
  return renderText(typeof values === 'string' ? values : stringify(values), options);
}

/** The same from the text of a values file, where it matters how a value is written. */
function renderText(values: string, options: readonly string[]): Rendering {
  return parse(helm((directory) => templateArguments(directory, values, options)));
}

/** What helm tells whoever installs the chart with these values. @throws Error with helm's message where it refuses them */
export function notesOf(values: unknown): string {
  const install = ['install', 'chat', CHART, '--dry-run=client', '--namespace', 'talk'];
  const output = helm((directory) => [...install, '--values', writeValues(directory, stringify(values))]);
  return output.slice(output.indexOf('\nNOTES:'));
}

/** Runs helm; `argumentsIn` may write into a directory that is there for as long as it runs. @throws Error with its message */
function helm(argumentsIn: (directory: string) => string[]): string {
  const directory = mkdtempSync(join(tmpdir(), 'chart-'));
  try {
    const { status, stdout, stderr } = spawnSync('helm', argumentsIn(directory), {
      encoding: 'utf8',
      maxBuffer: 1 << 26,
    });
    if (status !== 0) throw new Error(stderr);
    return stdout;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** The same where templates find what a cluster has: `options` make helm look there. @throws Error with helm's message */
export async function renderInto(
  cluster: { readonly options: readonly string[] },
  values: unknown,
): Promise<Rendering> {
  const directory = mkdtempSync(join(tmpdir(), 'chart-'));
  try {
    const args = templateArguments(directory, stringify(values), cluster.options);
    const { stdout } = await promisify(execFile)('helm', args, { encoding: 'utf8', maxBuffer: 1 << 26 });
    return parse(stdout);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function templateArguments(directory: string, values: string, options: readonly string[]): string[] {
  return ['template', 'chat', CHART, '--namespace', 'talk', '--values', writeValues(directory, values), ...options];
}

function writeValues(directory: string, values: string): string {
  const file = join(directory, 'values.yaml');
  writeFileSync(file, values);
  return file;
}

function parse(manifest: string): Rendering {
  const documents = parseAllDocuments(manifest);
  if (!Array.isArray(documents)) return new Rendering([]);
  return new Rendering(documents.map((document) => document.toJSON() as KubernetesObject).filter(Boolean));
}

/**
 * What lies at a path such as `spec.template.spec.containers.0.env`; undefined where there is nothing. The shapes of a dozen
 * kinds are Kubernetes' to say: the caller names the type it expects.
 */
export function at<T = unknown>(value: unknown, path: string): T {
  let found: unknown = value;
  for (const key of path.split('.')) {
    found = typeof found === 'object' && found !== null ? (found as Record<string, unknown>)[key] : undefined;
  }
  return found as T;
}

export interface Pod {
  automountServiceAccountToken: boolean;
  securityContext: unknown;
  terminationGracePeriodSeconds: number;
  containers: [Container, ...Container[]];
  volumes: { name: string; projected?: unknown }[];
}

export interface Container {
  image: string;
  args?: string[];
  env: { name: string; value?: string }[];
  lifecycle?: unknown;
  resources: { requests: unknown };
  volumeMounts: { name: string; mountPath: string }[];
  securityContext: unknown;
}

/** The pod that a workload runs; undefined where the object is none. */
export function podOf(object: KubernetesObject): Pod | undefined {
  const paths: Record<string, string> = {
    Pod: 'spec',
    Deployment: 'spec.template.spec',
    CronJob: 'spec.jobTemplate.spec.template.spec',
  };
  const path = paths[object.kind];
  return path === undefined ? undefined : at<Pod>(object, path);
}

/** Environment of the first container. */
export function environmentOf(object: KubernetesObject): Record<string, string> {
  const variables = podOf(object)?.containers[0].env ?? [];
  return Object.fromEntries(variables.map(({ name, value }) => [name, value ?? '']));
}

/** Paths below /etc/chat-app that the Secrets are mounted at, and which Secret and key each shows. */
export function secretFilesOf(object: KubernetesObject): Record<string, string> {
  const volume = podOf(object)?.volumes.find((candidate) => candidate.name === 'secrets');
  const sources = at<{ secret: { name: string; items: { key: string; path: string }[] } }[]>(
    volume,
    'projected.sources',
  );
  return Object.fromEntries(
    sources.flatMap(({ secret }) => secret.items.map(({ key, path }) => [path, `${secret.name}/${key}`])),
  );
}
