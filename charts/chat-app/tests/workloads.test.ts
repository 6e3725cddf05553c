import { createPrivateKey, sign } from 'node:crypto';
import { join } from 'node:path';
import { at, CHART, describeWithHelm, environmentOf, podOf, render, secretFilesOf } from './render';

const MONITORING = {
  podMonitor: { enabled: true, labels: { release: 'p' } },
  prometheusRule: { enabled: true, labels: { release: 'p' } },
  dashboards: { enabled: true },
};
const SERVICES = ['authentication', 'websocket', 'persistence'];

describeWithHelm('workloads of the chart', () => {
  it('names the three services after the release and gives each two pods', () => {
    const rendering = render();
    for (const service of SERVICES) {
      expect(at(rendering.get('Deployment', `chat-${service}`), 'spec.replicas')).toBe(2);
      expect(rendering.get('Service', `chat-${service}`).metadata.namespace).toBe('talk');
      expect(at(rendering.get('PodDisruptionBudget', `chat-${service}`), 'spec.maxUnavailable')).toBe(1);
    }
  });

  it('runs every pod under the restricted Pod Security Standard and without a token', () => {
    const pods = render()
      .objects.map(podOf)
      .filter((pod) => pod !== undefined);
    expect(pods).toHaveLength(6);
    for (const pod of pods) {
      expect(pod.automountServiceAccountToken).toBe(false);
      expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
      for (const container of pod.containers) {
        expect(container.securityContext).toMatchObject({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          runAsNonRoot: true,
          capabilities: { drop: ['ALL'] },
        });
        expect(container.resources.requests).toBeDefined();
      }
    }
  });

  it('gives all services one list of origins, and one time to keep connections for', () => {
    const rendering = render({
      allowedOrigins: ['https://chat.example.org', 'http://localhost:3000'],
      keepAliveTimeoutSeconds: 3_700,
      strictTransportSecurity: 'max-age=63072000; includeSubDomains',
    });
    for (const service of SERVICES) {
      expect(environmentOf(rendering.get('Deployment', `chat-${service}`))).toMatchObject({
        ALLOWED_ORIGINS: 'https://chat.example.org,http://localhost:3000',
        KEEP_ALIVE_TIMEOUT_MS: '3700000',
        STRICT_TRANSPORT_SECURITY: 'max-age=63072000; includeSubDomains',
      });
      expect(environmentOf(render().get('Deployment', `chat-${service}`))).not.toHaveProperty('ALLOWED_ORIGINS');
    }
  });

  it('refuses what did not come by TLS where its own route has it, or where it is told to', () => {
    const refuses = (values: object): unknown =>
      environmentOf(render({ trustedProxies: 1, ...values }).get('Deployment', 'chat-websocket'))['REQUIRE_TLS'];
    const ingress = (tlsSecret: string) => ({
      ingress: { enabled: true, tlsSecret },
      networkPolicy: { ingressFrom: [{ podSelector: {} }] },
    });
    expect(refuses({})).toBe('false');
    expect(refuses(ingress(''))).toBe('false');
    expect(refuses(ingress('chat-tls'))).toBe('true');
    expect(refuses({ ...ingress('chat-tls'), requireTls: 'never' })).toBe('false');
    expect(refuses({ requireTls: 'always' })).toBe('true');
    const rendering = render({ trustedProxies: 1, requireTls: 'always' });
    for (const service of SERVICES) {
      expect(environmentOf(rendering.get('Deployment', `chat-${service}`))).toMatchObject({ REQUIRE_TLS: 'true' });
    }
  });

  it('sizes the young generation by the memory limit, unless NODE_OPTIONS is given', () => {
    const optionsOf = (service: string, values = {}): unknown =>
      environmentOf(render({ [service]: values }).get('Deployment', `chat-${service}`))['NODE_OPTIONS'];
    const limit = (memory: string) => ({ resources: { limits: { memory } } });
    expect(optionsOf('websocket')).toBe('--max-semi-space-size=64');
    expect(optionsOf('persistence')).toBe('--max-semi-space-size=32');
    expect(optionsOf('persistence', limit('1.5Gi'))).toBe('--max-semi-space-size=64');
    expect(optionsOf('persistence', limit('2G'))).toBe('--max-semi-space-size=64');
    expect(optionsOf('persistence', limit('300M'))).toBe('--max-semi-space-size=16');
    expect(optionsOf('persistence', { resources: { limits: { memory: null } } })).toBe('--max-semi-space-size=64');
    expect(optionsOf('websocket', { extraEnv: [{ name: 'NODE_OPTIONS', value: '--inspect' }] })).toBe('--inspect');
  });

  it('takes brokers and Sentinels by an IPv6 address', () => {
    const values = {
      kafka: { brokers: ['[fd00::1]:9093', '[fd00::2]:9093'] },
      redis: { internal: { enabled: false }, external: { sentinels: ['[fd00::3]:26379'], sentinelName: 'chat' } },
      networkPolicy: { redisTo: [{ ipBlock: { cidr: 'fd00::/8' } }] },
    };
    expect(environmentOf(render(values).get('Deployment', 'chat-websocket'))).toMatchObject({
      KAFKA_BROKERS: '[fd00::1]:9093,[fd00::2]:9093',
      REDIS_SENTINELS: '[fd00::3]:26379',
    });
  });

  it('keeps every secret out of the environment', () => {
    for (const service of SERVICES) {
      const deployment = render().get('Deployment', `chat-${service}`);
      expect(JSON.stringify(podOf(deployment))).not.toContain('secretKeyRef');
      for (const [name, path] of Object.entries(environmentOf(deployment))) {
        if (!name.endsWith('_FILE') || !path.startsWith('/etc/chat-app/')) continue;
        expect(Object.keys(secretFilesOf(deployment))).toContain(path.replace('/etc/chat-app/', ''));
      }
    }
  });

  it('limits what one address may register and fail to log in, as the values say', () => {
    const limits = (rendering: ReturnType<typeof render>) =>
      environmentOf(rendering.get('Deployment', 'chat-authentication'));
    expect(limits(render())).toMatchObject({ REGISTRATIONS_PER_MINUTE: '120', FAILED_LOGINS_PER_MINUTE: '60' });
    const values = { authentication: { registrationsPerMinute: 5, failedLoginsPerMinute: 1_000_000 } };
    expect(limits(render(values))).toMatchObject({
      REGISTRATIONS_PER_MINUTE: '5',
      FAILED_LOGINS_PER_MINUTE: '1000000',
    });
  });

  it('takes the secrets of the operators by the names of k8s/', () => {
    expect(secretFilesOf(render().get('Deployment', 'chat-persistence'))).toEqual({
      'internal-secret': 'chat-internal/secret',
      'kafka-password': 'chat-persistence/password',
      'database-password': 'chat-db-persistence/password',
      'database-ca.crt': 'chat-db-ca/ca.crt',
      'redis-password': 'chat-redis/persistence',
    });
  });

  it('trusts every authority in the Secret of Kafka, whatever their names will be, unless one key is named', () => {
    for (const object of ['chat-websocket', 'chat-persistence', 'chat-redrive']) {
      const kind = object === 'chat-redrive' ? 'CronJob' : 'Deployment';
      const workload = render().get(kind, object);
      const volume = podOf(workload)?.volumes.find(({ name }) => name === 'kafka-authorities');
      expect(at(volume, 'secret')).toEqual({ secretName: 'chat-cluster-ca-cert', defaultMode: 0o440 });
      const mount = podOf(workload)?.containers[0].volumeMounts.find(({ name }) => name === 'kafka-authorities');
      expect(environmentOf(workload)['KAFKA_TLS_CA_FILE']).toBe(mount?.mountPath);
      const one = render({ kafka: { tls: { caKey: 'bundle.pem' } } }).get(kind, object);
      expect(secretFilesOf(one)['kafka-ca.crt']).toBe('chat-cluster-ca-cert/bundle.pem');
      expect(environmentOf(one)['KAFKA_TLS_CA_FILE']).toBe('/etc/chat-app/kafka-ca.crt');
    }
    expect(JSON.stringify(render().get('Deployment', 'chat-authentication'))).not.toContain('cluster-ca');
  });

  it('gives no service more than it needs', () => {
    const rendering = render();
    expect(Object.keys(secretFilesOf(rendering.get('Deployment', 'chat-authentication'))).join()).not.toContain(
      'kafka',
    );
    expect(Object.keys(secretFilesOf(rendering.get('Deployment', 'chat-websocket'))).join()).not.toContain('database');
    expect(Object.keys(secretFilesOf(rendering.get('CronJob', 'chat-redrive'))).sort()).toEqual([
      'database-ca.crt',
      'database-password',
      'kafka-password',
    ]);
    const keys = rendering.objects.filter((object) => JSON.stringify(object).includes('chat-signing-keys'));
    expect(keys.map((object) => object.metadata.name).sort()).toEqual(['chat-authentication', 'chat-signing-keys']);
  });

  it('lets a pod drain: preStop without a shell, and a grace period that covers all of it', () => {
    const pod = podOf(render().get('Deployment', 'chat-websocket'));
    const environment = environmentOf(render().get('Deployment', 'chat-websocket'));
    expect(pod?.containers[0].lifecycle).toEqual({ preStop: { sleep: { seconds: 5 } } });
    expect(pod?.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(
      5 + Number(environment['SHUTDOWN_TIMEOUT_MS']) / 1000,
    );
    expect(Number(environment['SHUTDOWN_TIMEOUT_MS'])).toBeGreaterThan(Number(environment['DRAIN_WINDOW_MS']));
  });

  it('never has fewer pods than before while it updates', () => {
    for (const deployment of SERVICES.map((service) => render().get('Deployment', `chat-${service}`))) {
      expect(at(deployment, 'spec.strategy.rollingUpdate.maxUnavailable')).toBe(0);
    }
  });

  it('ships the redrive suspended', () => {
    const job = render({ redrive: { arguments: ['--limit', '10'] } }).get('CronJob', 'chat-redrive');
    expect(at(job, 'spec.suspend')).toBe(true);
    expect(podOf(job)?.containers[0].args).toEqual(['services/persistence/dist/redrive.js', '--limit', '10']);
  });

  it('names images by digest where one is given, else by tag, else by the version of the app', () => {
    const digest = `sha256:${'0'.repeat(64)}`;
    const rendering = render({ image: { registry: '', tag: '7' }, websocket: { image: { digest } } });
    const image = (service: string) => podOf(rendering.get('Deployment', `chat-${service}`))?.containers[0].image;
    expect(image('websocket')).toBe(`chat-app/websocket@${digest}`);
    expect(image('persistence')).toBe('chat-app/persistence:7');
    expect(podOf(render().get('Deployment', 'chat-websocket'))?.containers[0].image).toMatch(
      /^ghcr\.io\/chat-app\/websocket:\d/,
    );
  });

  it('writes large numbers as digits', () => {
    const environment = environmentOf(
      render({ websocket: { maxConnections: 1_000_000 } }).get('Deployment', 'chat-websocket'),
    );
    expect(environment['MAX_CONNECTIONS']).toBe('1000000');
  });

  it('names no user where none is given, as OpenShift wants it, and one for every pod otherwise', () => {
    const openshift = render({}, ['--values', join(CHART, 'values-openshift.yaml')]);
    const pods = (rendering: ReturnType<typeof render>) =>
      rendering.objects.map(podOf).filter((pod) => pod !== undefined);
    expect(pods(openshift)).toHaveLength(6);
    for (const pod of pods(openshift)) {
      expect(JSON.stringify(pod)).not.toMatch(/runAsUser|runAsGroup|"fsGroup"/);
      expect(pod.securityContext).toMatchObject({ runAsNonRoot: true });
    }
    for (const pod of pods(render())) {
      expect(pod.securityContext).toMatchObject({ runAsUser: 65532, runAsGroup: 65532, fsGroup: 65532 });
    }
  });

  it('restarts nothing for an annotation of every object, and puts it on every object', () => {
    const templates = (rendering: ReturnType<typeof render>) =>
      rendering.objects.filter((object) => podOf(object)).map((object) => at(object, 'spec.template'));
    const annotated = render({ commonAnnotations: { commit: 'abc' }, monitoring: MONITORING });
    expect(templates(annotated)).toEqual(templates(render({ monitoring: MONITORING })));
    for (const { metadata } of annotated.objects) expect(metadata.annotations).toMatchObject({ commit: 'abc' });
    const labels = (kind: string) => annotated.all(kind).map(({ metadata }) => metadata.labels?.['release']);
    expect([labels('PodMonitor'), labels('PrometheusRule')]).toEqual([['p'], ['p']]);
  });

  it('writes no label twice, and lets none hide the pods from their Services', () => {
    const labels = { 'app.kubernetes.io/component': 'x', 'app.kubernetes.io/part-of': 'platform', team: 'a' };
    const rendering = render({ commonLabels: labels, websocket: { podLabels: { ...labels, team: 'b' } } });
    const deployment = rendering.get('Deployment', 'chat-websocket');
    expect(at(deployment, 'spec.template.metadata.labels')).toEqual({
      'app.kubernetes.io/name': 'chat-app',
      'app.kubernetes.io/instance': 'chat',
      'app.kubernetes.io/component': 'websocket',
      'app.kubernetes.io/part-of': 'platform',
      team: 'b',
    });
    expect(deployment.metadata.labels).toMatchObject({ 'app.kubernetes.io/component': 'websocket', team: 'a' });
  });

  it('restarts Redis when its configuration changes, and only then', () => {
    const template = (values: object) => at(render(values).get('Deployment', 'chat-redis'), 'spec.template');
    expect(template({})).toEqual(template({ commonAnnotations: { a: 'b' } }));
    expect(template({ redis: { internal: { maxMemory: '64mb' } } })).not.toEqual(template({}));
  });

  it('makes a key that can sign ES256', () => {
    const data = Object.entries(render().get('Secret', 'chat-signing-keys').data ?? {});
    expect(data).toHaveLength(1);
    const [[name, value]] = data as [[string, string]];
    expect(name).toMatch(/^\d{14}\.pem$/);
    const key = createPrivateKey(Buffer.from(value, 'base64').toString());
    expect(key.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' });
    expect(sign('sha256', Buffer.from('x'), { key, dsaEncoding: 'ieee-p1363' })).toHaveLength(64);
  });

  it('renders the same each time where its secrets are named, as a GitOps tool needs it', () => {
    const values = {
      internal: { existingSecret: 'a' },
      authentication: { signingKeys: { existingSecret: 'b' } },
      redis: { internal: { existingSecret: 'c' } },
    };
    const rendering = render(values);
    expect(rendering.objects).toEqual(render(values).objects);
    expect(rendering.all('Secret')).toEqual([]);
  });

  it('makes no secret where existing ones are named', () => {
    const rendering = render({
      internal: { existingSecret: 'a' },
      authentication: { signingKeys: { existingSecret: 'b' } },
      redis: { internal: { enabled: false }, external: { url: 'redis://r:6379' } },
      networkPolicy: { redisTo: [{ podSelector: {} }] },
    });
    expect(rendering.all('Secret')).toEqual([]);
    expect(secretFilesOf(rendering.get('Deployment', 'chat-authentication'))['internal-secret']).toBe('a/secret');
  });

  it('speaks to Sentinels with TLS and a password', () => {
    const rendering = render({
      redis: {
        internal: { enabled: false },
        external: {
          sentinels: ['s0:26379', 's1:26379'],
          sentinelName: 'chat',
          passwordSecret: 'redis',
          tls: { enabled: true, caSecret: 'redis-ca' },
        },
      },
      networkPolicy: { redisTo: [{ podSelector: {} }] },
    });
    expect(environmentOf(rendering.get('Deployment', 'chat-websocket'))).toMatchObject({
      REDIS_SENTINELS: 's0:26379,s1:26379',
      REDIS_SENTINEL_NAME: 'chat',
      REDIS_TLS: 'true',
      REDIS_TLS_CA_FILE: '/etc/chat-app/redis-ca.crt',
      REDIS_PASSWORD_FILE: '/etc/chat-app/redis-password',
    });
    expect(rendering.all('Deployment')).toHaveLength(3);
  });

  it('speaks to the nodes of a Redis Cluster, each service as its own user', () => {
    const rendering = render({
      redis: {
        internal: { enabled: false },
        external: {
          cluster: ['redis-0.redis:6379', '[fd00::3]:6379'],
          users: { websocket: { username: 'chat-websocket', passwordSecret: 'redis-websocket' } },
        },
      },
      networkPolicy: { redisTo: [{ podSelector: {} }] },
    });
    const environment = environmentOf(rendering.get('Deployment', 'chat-websocket'));
    expect(environment).toMatchObject({
      REDIS_CLUSTER: 'redis-0.redis:6379,[fd00::3]:6379',
      REDIS_USERNAME: 'chat-websocket',
      REDIS_PASSWORD_FILE: '/etc/chat-app/redis-password',
    });
    expect(Object.keys(environment)).not.toEqual(expect.arrayContaining(['REDIS_URL']));
    expect(Object.keys(environment)).not.toEqual(expect.arrayContaining(['REDIS_SENTINELS']));
    expect(rendering.all('Deployment')).toHaveLength(3);
  });
});
