import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { KubernetesObject } from './render';

/** Kinds that the chart renders: helm asks where each of them lives. */
const KINDS: Record<string, Record<string, string>> = {
  v1: { Secret: 'secrets', ConfigMap: 'configmaps', Service: 'services', ServiceAccount: 'serviceaccounts' },
  'apps/v1': { Deployment: 'deployments' },
  'autoscaling/v2': { HorizontalPodAutoscaler: 'horizontalpodautoscalers' },
  'batch/v1': { CronJob: 'cronjobs' },
  'keda.sh/v1alpha1': { ScaledObject: 'scaledobjects', TriggerAuthentication: 'triggerauthentications' },
  'networking.k8s.io/v1': { NetworkPolicy: 'networkpolicies' },
  'policy/v1': { PodDisruptionBudget: 'poddisruptionbudgets' },
};

/** helm takes over only what it made. */
const OWNER = { 'meta.helm.sh/release-name': 'chat', 'meta.helm.sh/release-namespace': 'talk' };

/** As much of an API server as `lookup` in a template needs: it holds objects, and shows them. Its maker closes it. */
export class ClusterStub {
  readonly #objects = new Map<string, KubernetesObject>();

  private constructor(readonly server: Server) {}

  /** Starts one that holds these objects of the namespace `talk`. */
  static async with(objects: readonly KubernetesObject[]): Promise<ClusterStub> {
    const server = createServer((request, response) => {
      const [path = ''] = (request.url ?? '').split('?');
      const answer = discovery(path) ?? stub.#objects.get(path);
      response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer ?? { kind: 'Status', status: 'Failure', reason: 'NotFound', code: 404 }));
    });
    const stub = new ClusterStub(server);
    for (const object of objects) {
      const plural = KINDS[object.apiVersion]?.[object.kind] ?? '';
      const metadata = { ...object.metadata, annotations: { ...object.metadata.annotations, ...OWNER } };
      const path = `${rootOf(object.apiVersion)}/namespaces/talk/${plural}/${object.metadata.name}`;
      stub.#objects.set(path, { ...object, metadata });
    }
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return stub;
  }

  /** Options that make helm look here. */
  get options(): string[] {
    const { port } = this.server.address() as AddressInfo;
    return ['--dry-run=server', '--disable-openapi-validation', '--kube-apiserver', `http://127.0.0.1:${port}`];
  }

  close(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}

function rootOf(version: string): string {
  return version === 'v1' ? '/api/v1' : `/apis/${version}`;
}

function discovery(path: string): unknown {
  if (path === '/version') return { major: '1', minor: '34', gitVersion: 'v1.34.0' };
  if (path === '/api') return { kind: 'APIVersions', versions: ['v1'] };
  if (path === '/apis') return { kind: 'APIGroupList', apiVersion: 'v1', groups: Object.keys(KINDS).flatMap(groupOf) };
  const version = Object.keys(KINDS).find((candidate) => rootOf(candidate) === path);
  if (version === undefined) return undefined;
  const resources = Object.entries(KINDS[version] ?? {}).map(([kind, name]) => ({
    ...{ kind, name, singularName: '', namespaced: true },
    verbs: ['get', 'list', 'create', 'patch'],
  }));
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: version, resources };
}

function groupOf(groupVersion: string) {
  const [name, version] = groupVersion.split('/');
  if (version === undefined) return [];
  return [{ name, versions: [{ groupVersion, version }], preferredVersion: { groupVersion, version } }];
}
