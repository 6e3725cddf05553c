/**
 * The life of a release on a real cluster, in order: `npm run test:e2e` with a KUBECONFIG whose namespace (E2E_NAMESPACE,
 * default chat) holds the resources of k8s/, and with images that the cluster has (E2E_SET=image.tag=…).
 */
import { resource } from '../../k8s/kustomize';
import { command, eventually, getJson, helm, kubectl, NAMESPACE, readyPods, RELEASE, settled } from './kubectl';
import { describeReplacedAuthority } from './kafka-authority';
import { describePage } from './page';
import { upgrade } from './release';
import { describeRestore } from './restore';
import { describeSecrets, secretOf } from './secrets';
import { upgradeToNewerVersion, whileWaving } from './newer-version';
import { evaluate, NOTHING_LOST, TEST_LABELS, underLoad, type LoadResult } from './test-pods';
import { describeUninstall } from './uninstall';

jest.setTimeout(480_000);

const DATABASE = process.env['E2E_DATABASE_CLUSTER'] ?? 'chat-db';
const KAFKA = process.env['E2E_KAFKA_CLUSTER'] ?? 'chat';
const SERVICES = ['authentication', 'websocket', 'persistence'];
const PREVIOUS = process.env['E2E_PREVIOUS_CHART'];

describe('the life of a release', () => {
  (PREVIOUS === undefined ? it.skip : it)('comes from the previous version of the chart without loss', async () => {
    await upgrade([], PREVIOUS);
    const secrets = () => Promise.all(['internal', 'signing-keys', 'redis'].map(secretOf));
    const before = await secrets();
    const result = await underLoad({ durationS: 15 }, () => upgrade());
    expect(result).toMatchObject(NOTHING_LOST);
    // Its secrets are taken over; Redis gets a password for each service beside the one of before.
    const [internal, keys, redis] = await secrets();
    expect([internal, keys]).toEqual(before.slice(0, 2));
    expect(redis).toMatchObject(before[2] ?? {});
  });

  it('installs, with two ready pods of each service', async () => {
    await upgrade();
    for (const service of SERVICES) await settled(service, 2);
  });

  it('passes helm test: two users on two pods, a message arrives, is stored and read back', async () => {
    const log = await helm('test', RELEASE, '--logs', '--timeout', '3m');
    expect(log).toContain('read back by both');
    expect(log).not.toContain('only one pod');
  });

  it('carries a steady load and loses nothing', async () => {
    const result = await underLoad({ durationS: 10 }, async () => undefined);
    expect(result).toMatchObject({ ...NOTHING_LOST, reconnects: 0 });
    expect(result.accepted).toBe(result.sent);
  });

  it('scales up and down under load without loss', async () => {
    // Three before, so that users are on the pods that go.
    await scale(3);
    const result = await underLoad({ durationS: 15 }, async () => {
      const before = await podsOfServices();
      await scale(1);
      const after = await podsOfServices();
      await gone(before.filter((pod) => !after.includes(pod)));
      await scale(2);
    });
    expect(result.reconnects).toBeGreaterThan(0);
    expect(result).toMatchObject(NOTHING_LOST);
  });

  it('rolls every pod under load without loss', async () => {
    const before = await podsOfServices();
    const roll = SERVICES.map((service) => `${service}.podAnnotations.rolled=${Date.now()}x`);
    const result = await underLoad({ durationS: 15 }, async () => {
      await upgrade(roll);
      await gone(before);
    });
    expect(result).toMatchObject(NOTHING_LOST);
    expect(result.reconnects).toBeGreaterThanOrEqual(16);
  });

  it('is upgraded under load to a version with a new kind of command, record and entry, and nobody notices', async () => {
    const dead = () => sql('select count(*) from chat.dead_messages');
    const before = [await dead(), await waves()] as const;
    let load: LoadResult | undefined;
    const waved = await whileWaving(async () => {
      load = await underLoad({ durationS: 15 }, async () => {
        await upgradeToNewerVersion();
        await eventually('waves are stored', 90_000, async () => (await waves()) > before[1]);
      });
    });
    expect(load).toMatchObject(NOTHING_LOST);
    expect(waved).toMatchObject({ refusals: ['unknown_type'], undelivered: 0, holes: 0 });
    expect(await waves()).toBe(before[1] + waved.accepted);
    expect(await dead()).toBe(before[0]);
  });

  it('rolls back under load without loss, from a version with entries that this one does not know', async () => {
    const result = await underLoad({ durationS: 15 }, async () => {
      await helm('rollback', RELEASE, '--wait', '--timeout', '5m');
    });
    expect(result).toMatchObject(NOTHING_LOST);
  });

  it.each(['websocket', 'persistence', 'redis'])('survives the kill of a %s pod under load', async (component) => {
    const count = (await readyPods(component)).length;
    const result = await underLoad({}, async () => kill((await readyPods(component))[0] ?? ''));
    expect(result).toMatchObject(NOTHING_LOST);
    await settled(component, count);
  });

  it('survives the kill of the database primary under load, with a failover', async () => {
    const before = await primary();
    const result = await underLoad({ durationS: 15 }, async () => {
      await kill(before);
      await eventually('another primary', 120_000, async () => (await primary()) !== before);
    });
    expect(result).toMatchObject(NOTHING_LOST);
  });

  it('survives the kill of a Kafka broker under load', async () => {
    const selector = `strimzi.io/cluster=${KAFKA},strimzi.io/broker-role=true`;
    const { items } = await getJson<{ items: { metadata: { name: string } }[] }>('pods', '--selector', selector);
    const result = await underLoad({ durationS: 15 }, () => kill(items[0]?.metadata.name ?? ''));
    expect(result).toMatchObject(NOTHING_LOST);
  });
});

describeReplacedAuthority();

describe('what the release permits', () => {
  it('refuses connections that no policy names', async () => {
    const ports = [
      `${RELEASE}-authentication:8001`,
      `${RELEASE}-persistence:8091`,
      `${RELEASE}-redis:6379`,
      `${DATABASE}-rw:5432`,
    ];
    // Whoever may resolve names and reach the public ports may reach nothing else.
    expect(await reachable([`${RELEASE}-authentication:8000`, ...ports], TEST_LABELS)).toEqual([
      `${RELEASE}-authentication:8000`,
    ]);
    // A pod of something else in the same namespace reaches not even those.
    expect(
      await reachable([`${RELEASE}-authentication:8000`, `${RELEASE}-websocket:8080`, ...ports], { app: 'stranger' }),
    ).toEqual([]);
  });

  it('is admitted to a namespace that enforces the restricted Pod Security Standard', async () => {
    const namespace = `${NAMESPACE}-restricted`;
    const labels = {
      'pod-security.kubernetes.io/enforce': 'restricted',
      'pod-security.kubernetes.io/enforce-version': 'latest',
    };
    await command(
      'kubectl',
      ['apply', '--filename', '-'],
      JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } }),
    );
    try {
      await eventually(
        'its service account',
        30_000,
        async () => (await command('kubectl', ['-n', namespace, 'get', 'serviceaccount', 'default'])) !== '',
      );
      const deployments = await getJson<{
        items: { metadata: { name: string }; spec: { template: { spec: object } } }[];
      }>('deployments', '--selector', `app.kubernetes.io/instance=${RELEASE}`);
      expect(deployments.items.length).toBeGreaterThanOrEqual(4);
      for (const { metadata, spec } of deployments.items) {
        const pod = {
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: { name: metadata.name, namespace },
          spec: { ...spec.template.spec, serviceAccountName: 'default', serviceAccount: 'default' },
        };
        const answer = await command('kubectl', ['create', '--dry-run=server', '--filename', '-'], JSON.stringify(pod));
        expect(answer).toContain('created (server dry run)');
      }
    } finally {
      await command('kubectl', ['delete', 'namespace', namespace, '--wait=false']);
    }
  });

  it('lets each role read its own schema only, and sets no search path that a superuser would follow', async () => {
    expect(Number(await sql('select count(*) from chat.messages'))).toBeGreaterThan(0);
    await expect(sql('set role authentication; select 1 from chat.messages limit 1')).rejects.toThrow(
      /permission denied/,
    );
    await expect(sql('set role persistence; select 1 from auth.users limit 1')).rejects.toThrow(/permission denied/);
    await expect(sql('set role persistence; create schema stray')).rejects.toThrow(/permission denied/);
  });

  it('runs the redrive from its suspended CronJob', async () => {
    await kubectl('create', 'job', 'redrive-e2e', `--from=cronjob/${RELEASE}-redrive`);
    try {
      await kubectl('wait', 'job/redrive-e2e', '--for=condition=complete', '--timeout=120s');
    } finally {
      console.log(await kubectl('logs', 'job/redrive-e2e', '--tail=5').catch(String));
      await kubectl('delete', 'job', 'redrive-e2e', '--wait=false');
    }
  });

  it('scales by CPU where a HorizontalPodAutoscaler is asked for, and no pod goes when it takes over', async () => {
    // A rollback may have brought annotations of before, which would roll the pods now.
    await upgrade();
    await settled('websocket', 2);
    const before = await readyPods('websocket');
    // No more than there are: what an autoscaler has changed, Helm would have to be told to take back.
    await upgrade([
      'websocket.autoscaling.kind=hpa',
      'websocket.autoscaling.minReplicas=2',
      'websocket.autoscaling.maxReplicas=2',
    ]);
    expect(await readyPods('websocket')).toEqual(before);
    const path = 'jsonpath={.status.conditions[?(@.type=="ScalingActive")].status}';
    await eventually(
      'the autoscaler reads CPU',
      120_000,
      async () => (await kubectl('get', 'hpa', `${RELEASE}-websocket`, '--output', path)) === 'True',
    );
    await upgrade();
    expect(await readyPods('websocket')).toEqual(before);
  });

  it('restarts Redis when its configuration changes, and nothing when nothing changes', async () => {
    const pods = async () => [...(await podsOfServices()), ...(await readyPods('redis'))];
    const before = await pods();
    await upgrade();
    expect(await pods()).toEqual(before);
    const [redis] = await readyPods('redis');
    await upgrade(['redis.internal.maxMemory=64mb']);
    expect(await readyPods('redis')).not.toContain(redis);
    expect(await podsOfServices()).toEqual(before.filter((pod) => pod !== redis));
  });

  it('has brokers that carry what their PodMonitor selects by and takes over for the dashboard', async () => {
    const { spec } = resource('strimzi/overlays/production', 'PodMonitor', 'chat-kafka');
    const { matchLabels } = spec['selector'] as { matchLabels: Record<string, string> };
    const selector = Object.entries(matchLabels).map(([name, value]) => `${name}=${value}`);
    const { items } = await getJson<{ items: { metadata: { labels: Record<string, string> } }[] }>(
      ...['pods', '--selector', selector.join()],
    );
    expect(items.length).toBeGreaterThan(0);
    for (const label of spec['podTargetLabels'] as string[]) expect(items[0]?.metadata.labels).toHaveProperty([label]);
  });
});

describeSecrets();

describePage();

describeRestore();

describeUninstall(async () => Number(await sql('select count(*) from chat.messages')));

async function scale(replicas: number): Promise<void> {
  for (const service of ['websocket', 'persistence']) {
    await kubectl('scale', 'deployment', `${RELEASE}-${service}`, `--replicas=${replicas}`);
  }
  for (const service of ['websocket', 'persistence']) await settled(service, replicas);
}

async function podsOfServices(): Promise<string[]> {
  return (await Promise.all(SERVICES.map(readyPods))).flat();
}

/** Waits until these pods have ended: Helm does not wait for those that still drain, which takes up to 25 s. */
async function gone(pods: readonly string[]): Promise<void> {
  for (const pod of pods) await kubectl('wait', `pod/${pod}`, '--for=delete', '--timeout=90s');
}

function primary(): Promise<string> {
  return kubectl('get', 'cluster.postgresql.cnpg.io', DATABASE, '--output', 'jsonpath={.status.currentPrimary}');
}

/** Runs SQL as superuser on the primary. @returns what psql prints, without alignment or headings */
async function sql(text: string): Promise<string> {
  return (
    await kubectl('exec', await primary(), '-c', 'postgres', '--', 'psql', '-tAqd', 'chatapp', '-c', text)
  ).trim();
}

/** How many waves are stored; none, where the version that knows them has never been here. */
async function waves(): Promise<number> {
  const known = (await sql("select to_regclass('chat.x_waves') is not null")) === 't';
  return known ? Number(await sql('select count(*) from chat.x_waves')) : 0;
}

function kill(pod: string): Promise<string> {
  return kubectl('delete', 'pod', pod, '--grace-period=0', '--force');
}

/** Which of these addresses a pod with these labels can connect to. */
async function reachable(addresses: string[], labels: Record<string, string>): Promise<string[]> {
  const script = `
    const net = require('node:net'); const open = [];
    Promise.all(${JSON.stringify(addresses)}.map((address) => new Promise((resolve) => {
      const [host, port] = address.split(':');
      const socket = net.connect({ host, port: Number(port), timeout: 4000 });
      socket.on('connect', () => { open.push(address); socket.destroy(); resolve(); });
      for (const event of ['error', 'timeout']) socket.on(event, () => { socket.destroy(); resolve(); });
    }))).then(() => console.log(JSON.stringify(open.sort())))`;
  return JSON.parse(await evaluate(script, labels)) as string[];
}
