import { randomBytes } from 'node:crypto';
import { apply, eventually, getJson, kubectl, RELEASE } from './kubectl';

/** What scripts/smoke/load.ts prints. */
export interface LoadResult {
  sent: number;
  accepted: number;
  failures: number;
  undelivered: number;
  unstored: number;
  stored_twice: number;
  holes: number;
  reconnects: number;
  resends: number;
  repeats: number;
  accept_ms: { p50: number; p99: number; max: number };
}

/** What a result must be, whatever happened meanwhile. */
export const NOTHING_LOST = { failures: 0, undelivered: 0, unstored: 0, stored_twice: 0, holes: 0 };

export interface LoadOptions {
  pairs?: number;
  rate?: number;
  /** At least so long; in any case until `disturb` is done, and a little longer. */
  durationS?: number;
}

/** How long the load goes on after the disturbance: what comes late must be seen too. */
const AFTERWARDS_MS = 3_000;

/**
 * Runs the load in a pod of its own, lets `disturb` do its work once all users are connected, and answers the count.
 * @throws Error with the end of the pod's log when it fails
 */
export async function underLoad(options: LoadOptions, disturb: () => Promise<unknown>): Promise<LoadResult> {
  const { pairs = 8, rate = 40, durationS = 12 } = options;
  const name = await startPod('load', {
    args: ['scripts/smoke/dist/load.js'],
    env: {
      ...SERVICE_URLS,
      PAIRS: String(pairs),
      RATE: String(rate),
      DURATION_S: '270',
      SETTLE_S: '90',
    },
  });
  try {
    await eventually('the load is ready', 90_000, async () => (await kubectl('logs', name)).includes('ready:'));
    const least = new Promise((resolve) => setTimeout(resolve, durationS * 1_000));
    await disturb();
    await least;
    await new Promise((resolve) => setTimeout(resolve, AFTERWARDS_MS));
    // Process 1 is node; the image has no kill.
    await kubectl('exec', name, '--', 'node', '-e', 'process.kill(1, "SIGUSR2")');
    const log = await finished(name, 240_000);
    const line = /^result: (.*)$/m.exec(log)?.[1];
    if (line === undefined) throw new Error(`the load gave no result:\n${log.slice(-2_000)}`);
    console.log(`${expect.getState().currentTestName ?? ''}: ${line}`);
    return JSON.parse(line) as LoadResult;
  } finally {
    await kubectl('delete', 'pod', name, '--wait=false');
  }
}

/** Runs a Node expression in a pod with these labels and answers what it printed. */
export async function evaluate(script: string, labels: Record<string, string>): Promise<string> {
  const name = await startPod('probe', { args: ['-e', script], env: {} }, labels);
  try {
    return (await finished(name, 60_000)).trim();
  } finally {
    await kubectl('delete', 'pod', name, '--wait=false');
  }
}

/** Labels of a pod that the chart's policies let through to the public ports. */
export const TEST_LABELS = {
  'app.kubernetes.io/name': 'chat-app',
  'app.kubernetes.io/instance': RELEASE,
  'app.kubernetes.io/component': 'test',
};

/** Where the services of the release are, for a pod. */
export const SERVICE_URLS = {
  AUTHENTICATION_URL: `http://${RELEASE}-authentication:8000`,
  PERSISTENCE_URL: `http://${RELEASE}-persistence:8090`,
  WEBSOCKET_URL: `ws://${RELEASE}-websocket:8080/ws`,
};

interface Work {
  args: string[];
  env: Record<string, string>;
  /** That of websocket where none is named. */
  image?: string;
  /** Sources of volumes, by the path at which each is mounted. */
  volumes?: Record<string, object>;
}

/** Starts a pod with a program of its own. @returns its name; who asked deletes it */
export async function startPod(
  prefix: string,
  { args, env, image, volumes = {} }: Work,
  labels: Record<string, string> = TEST_LABELS,
): Promise<string> {
  const mounts = Object.entries(volumes).map(([mountPath, source], index) => ({
    name: `v${index}`,
    mountPath,
    source,
  }));
  const name = `${prefix}-${randomBytes(4).toString('hex')}`;
  const restricted = { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } };
  await apply({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels },
    spec: {
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      activeDeadlineSeconds: 420,
      securityContext: { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name: prefix,
          image: image ?? (await imageOfWebsocket()),
          imagePullPolicy: 'IfNotPresent',
          args,
          env: Object.entries(env).map(([key, value]) => ({ name: key, value })),
          securityContext: restricted,
          resources: { requests: { cpu: '20m', memory: '64Mi' } },
          volumeMounts: mounts.map(({ name: volume, mountPath }) => ({ name: volume, mountPath })),
        },
      ],
      volumes: mounts.map(({ name: volume, source }) => ({ name: volume, ...source })),
    },
  });
  return name;
}

async function imageOfWebsocket(): Promise<string> {
  const deployment = await getJson<{ spec: { template: { spec: { containers: [{ image: string }] } } } }>(
    'deployment',
    `${RELEASE}-websocket`,
  );
  return deployment.spec.template.spec.containers[0].image;
}

/** The log of a pod that is done. @throws Error where it is not in that time */
export async function finished(name: string, timeoutMs: number): Promise<string> {
  await eventually(`${name} is done`, timeoutMs, async () => {
    const phase = await kubectl('get', 'pod', name, '--output', 'jsonpath={.status.phase}');
    return phase === 'Succeeded' || phase === 'Failed';
  });
  return kubectl('logs', name);
}
