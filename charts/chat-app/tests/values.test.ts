import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { at, CHART, describeWithHelm, render } from './render';

const REDIS_AWAY = { redis: { internal: { enabled: false } } };
const REFUSED: [string, unknown, RegExp][] = [
  ['a typo', { websocket: { replcas: 3 } }, /replcas/],
  ['a wrong type', { websocket: { replicas: 'three' } }, /websocket\/replicas|websocket\.replicas/],
  ['an unknown way to scale', { websocket: { autoscaling: { kind: 'both' } } }, /autoscaling/],
  ['a broker without a port', { kafka: { brokers: ['kafka'] } }, /brokers/],
  ['an IPv6 broker without brackets', { kafka: { brokers: ['fd00::1:9093'] } }, /brokers/],
  ['an origin with a path', { allowedOrigins: ['https://chat.example.org/app'] }, /allowedOrigins/],
  ['an origin without a scheme', { allowedOrigins: ['chat.example.org'] }, /allowedOrigins/],
  ['a kept connection that is not kept', { keepAliveTimeoutSeconds: 0 }, /keepAliveTimeoutSeconds/],
  ['a password in the address of Redis', { redis: { external: { url: 'redis://u:p@h:1' } } }, /redis/],
  ['two ways in', { ingress: { enabled: true }, httpRoute: { enabled: true } }, /choose one/],
  ['a way in that the policies close', { ingress: { enabled: true } }, /networkPolicy\.ingressFrom/],
  ['a route without a gateway', { httpRoute: { enabled: true } }, /httpRoute\.parentRefs/],
  [
    'client certificates without TLS',
    { kafka: { clientAuthentication: 'tls', tls: { enabled: false } } },
    /kafka\.tls\.enabled/,
  ],
  ['no Redis', REDIS_AWAY, /redis\.external\.url/],
  [
    'a Redis that the policies close',
    { redis: { internal: { enabled: false }, external: { url: 'redis://h:1' } } },
    /networkPolicy\.redisTo/,
  ],
  ['two Redis', { redis: { external: { url: 'redis://h:1' } } }, /redis\.internal\.enabled/],
  [
    'Sentinels without a name',
    { redis: { internal: { enabled: false }, external: { sentinels: ['s:1'] } } },
    /sentinelName/,
  ],
  [
    'Sentinels of a cluster',
    {
      redis: { internal: { enabled: false }, external: { sentinels: ['s:1'], sentinelName: 'chat', cluster: ['c:1'] } },
    },
    /redis\.external: url, sentinels and cluster exclude/,
  ],
  [
    'a node of a cluster without a port',
    { redis: { internal: { enabled: false }, external: { cluster: ['redis'] } } },
    /cluster/,
  ],
  ['a cluster beside a Redis of its own', { redis: { external: { cluster: ['c:1'] } } }, /redis\.internal\.enabled/],
  ['a collector that the policies close', { tracing: { endpoint: 'http://c:4318' } }, /networkPolicy\.tracingTo/],
  [
    'a service of breached passwords that the policies close',
    { authentication: { breachedPasswordsUrl: 'https://breaches.example/range/' } },
    /networkPolicy\.breachedPasswordsTo/,
  ],
  [
    'fewer pods at most than at least',
    { websocket: { autoscaling: { kind: 'hpa', minReplicas: 9, maxReplicas: 2 } } },
    /minReplicas/,
  ],
  [
    'KEDA without a Prometheus',
    { websocket: { autoscaling: { kind: 'keda', connectionsPerPod: 1 } } },
    /keda\.prometheusAddress/,
  ],
  ['a drain longer than the time for it', { websocket: { drainWindowSeconds: 60 } }, /shutdownTimeoutSeconds/],
  ['a drain that its end cuts off', { websocket: { drainWindowSeconds: 36 } }, /shutdownTimeoutSeconds.*15 more/],
  ['no time to close', { persistence: { shutdownTimeoutSeconds: 3 } }, /shutdownTimeoutSeconds/],
  ['a variable that the chart sets', { websocket: { extraEnv: [{ name: 'LOG_LEVEL' }] } }, /extraEnv: LOG_LEVEL/],
  ['a variable twice', { persistence: { extraEnv: [{ name: 'A' }, { name: 'A' }] } }, /extraEnv: A/],
  ['a volume that the chart makes', { websocket: { extraVolumes: [{ name: 'secrets' }] } }, /extraVolumes: secrets/],
  [
    'a mount over the secrets',
    { websocket: { extraVolumeMounts: [{ name: 'a', mountPath: '/etc/chat-app' }] } },
    /extraVolumeMounts/,
  ],
  ['a container twice', { websocket: { extraContainers: [{ name: 'websocket' }] } }, /extraContainers: websocket/],
  [
    'one address for all clients behind an ingress',
    { ingress: { enabled: true }, networkPolicy: { ingressFrom: [{ podSelector: {} }] } },
    /trustedProxies/,
  ],
  ['TLS that nobody can vouch for', { requireTls: 'always' }, /trustedProxies/],
  ['an internal port in a load balancer', { persistence: { serviceType: 'LoadBalancer' } }, /serviceType/],
];

/** Texts made of digits, of each shape in which values hold texts, and the path that helm must name. */
const DIGITS: [string, string][] = [
  ['image: { tag: 20261127 }', '/image/tag'],
  ['websocket: { image: { tag: 1e3 } }', '/websocket/image/tag'],
  ['fullnameOverride: 20261127', '/fullnameOverride'],
  ['commonLabels: { build: 20261127 }', '/commonLabels/build'],
  ['websocket: { podAnnotations: { build: 20261127 } }', '/websocket/podAnnotations/build'],
  ['websocket: { nodeSelector: { pool: 20261127 } }', '/websocket/nodeSelector/pool'],
  ['websocket: { extraEnv: [{ name: A, value: 20261127 }] }', '/websocket/extraEnv/0/value'],
  ['websocket: { tolerations: [{ key: a, value: 20261127 }] }', '/websocket/tolerations/0/value'],
  ['redrive: { arguments: [--limit, 2026] }', '/redrive/arguments/1'],
  ['redis: { internal: { maxMemory: 20261127 } }', '/redis/internal/maxMemory'],
  ['internal: { existingSecret: 20261127 }', '/internal/existingSecret'],
  [
    'networkPolicy: { metricsFrom: [{ podSelector: { matchLabels: { team: 20261127 } } }] }',
    '/networkPolicy/metricsFrom/0/podSelector/matchLabels/team',
  ],
];

describeWithHelm('values of the chart', () => {
  it.each(REFUSED)('refuses %s, by name of the key', (_what, values, message) => {
    expect(() => render(values)).toThrow(message);
  });

  it.each(DIGITS)('refuses %s without quotes, and says that quotes are missing', (values, path) => {
    expect(() => render(values)).toThrow(new RegExp(`${path}'.*put it in quotes`));
    expect(() => render(values.replace(/(2026\d*|1e3)/, '"$1"'))).not.toThrow();
  });

  it('takes brokers and Sentinels by IPv6 address', () => {
    const rendering = render({
      kafka: { brokers: ['[fd00::1]:9093'] },
      persistence: { autoscaling: { kind: 'keda' } },
      redis: { internal: { enabled: false }, external: { sentinels: ['[fd00::2]:26379'], sentinelName: 'm' } },
      networkPolicy: { redisTo: [{ ipBlock: { cidr: 'fd00::/64' } }] },
    });
    const scaler = rendering.get('ScaledObject', 'chat-persistence');
    expect(at(scaler, 'spec.triggers.0.metadata.bootstrapServers')).toBe('[fd00::1]:9093');
  });

  const files = [
    ...readdirSync(join(CHART, 'ci')).map((name) => join('ci', name)),
    'values-development.yaml',
    'values-production.yaml',
    'values-openshift.yaml',
  ];
  it.each(files)('renders %s into objects with distinct names, for Kubernetes 1.30 and 1.36', (file) => {
    for (const version of ['1.30.0', '1.36.0']) {
      const { objects } = render({}, ['--kube-version', version, '--values', join(CHART, file)]);
      const names = objects.map((object) => `${object.kind}/${object.metadata.name}`);
      expect(names.length).toBeGreaterThan(10);
      expect(new Set(names).size).toBe(names.length);
    }
  });

  it('refuses a Kubernetes without the sleep action', () => {
    expect(() => render({}, ['--kube-version', '1.29.0'])).toThrow(/1\.30/);
  });
});
