import { apply, eventually, getJson, kubectl } from './kubectl';
import {
  backendsOf,
  nginxConfiguration,
  TLS_DIRECTORY,
  TLS_PORT,
  type Backend,
  type Ingress,
} from './nginx-configuration';
import { PortForward } from './port-forward';
import { startPod } from './test-pods';

/** nginx, as its makers publish it; a cluster without a registry has one of its own. */
const IMAGE = process.env['E2E_NGINX_IMAGE'] ?? 'docker.io/library/nginx:1.28-alpine';
const CONFIGURATION = 'ingress-controller';

/** Labels of its pod: who names them in `networkPolicy.ingressFrom` lets it through. */
export const CONTROLLER_LABELS = { app: 'ingress-controller' };

interface EndpointSlices {
  items: {
    ports: { name: string; port: number }[];
    endpoints: { addresses: string[]; conditions: { ready?: boolean } }[];
  }[];
}

/**
 * An Ingress controller for one Ingress as it is now: nginx in a pod, configured by the Ingress that the API server has and by the
 * pods that are ready behind its Services. Pods that come later it does not know. Whoever starts it closes it.
 */
export class IngressController {
  private constructor(
    private readonly pod: string,
    private readonly forward: PortForward,
  ) {}

  static async start(name: string): Promise<IngressController> {
    const ingress = await getJson<Ingress>('ingress', name);
    const addresses = new Map<Backend, string[]>();
    for (const backend of backendsOf(ingress)) addresses.set(backend, await readyAddresses(backend));
    const text = nginxConfiguration(ingress, addresses);
    await apply({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: CONFIGURATION },
      data: { 'nginx.conf': text },
    });
    const pod = await startPod(
      'ingress-controller',
      {
        image: IMAGE,
        args: ['nginx', '-e', 'stderr', '-c', '/etc/ingress/nginx.conf'],
        env: {},
        volumes: {
          '/etc/ingress': { configMap: { name: CONFIGURATION } },
          [TLS_DIRECTORY]: { secret: { secretName: ingress.spec.tls?.[0]?.secretName } },
          '/tmp': { emptyDir: {} },
        },
      },
      CONTROLLER_LABELS,
    );
    try {
      await eventually('nginx works', 60_000, async () =>
        (await kubectl('logs', pod)).includes('start worker process'),
      );
      return new IngressController(pod, await PortForward.open(`pod/${pod}`, TLS_PORT));
    } catch (thrown) {
      await remove(pod);
      throw thrown;
    }
  }

  /** The port on this machine where it speaks TLS. */
  get port(): string {
    return this.forward.address.split(':')[1] ?? '';
  }

  /** Which pods it sent requests for a path to, in the order in which they ended with that status. */
  async answered(path: string, status: number): Promise<string[]> {
    const lines = (await kubectl('logs', this.pod)).split('\n').map((line) => line.split(' '));
    return lines.flatMap(([said, uri, address = '']) => (said === String(status) && uri === path ? [address] : []));
  }

  async close(): Promise<void> {
    await this.forward.close();
    await remove(this.pod);
  }
}

function remove(pod: string): Promise<string> {
  return kubectl('delete', `pod/${pod}`, `configmap/${CONFIGURATION}`, '--wait=false');
}

/** host:port of the pods of a Service that are ready. @throws Error where there is none */
async function readyAddresses({ name, port }: Backend): Promise<string[]> {
  const { items } = await getJson<EndpointSlices>('endpointslices', '--selector', `kubernetes.io/service-name=${name}`);
  const addresses = items.flatMap(({ ports, endpoints }) => {
    const number = ports.find((one) => one.name === port.name)?.port;
    if (number === undefined) return [];
    const ready = endpoints.filter(({ conditions }) => conditions.ready !== false);
    return ready.flatMap(({ addresses: [address = ''] }) =>
      address.includes(':') ? `[${address}]:${number}` : `${address}:${number}`,
    );
  });
  if (addresses.length === 0) throw new Error(`no pod of the Service ${name} is ready at its port ${port.name}`);
  return addresses;
}
