import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { CHART, describeWithHelm, render } from './render';

const REDIS_AWAY = { redis: { internal: { enabled: false } } };
const REFUSED: [string, unknown, RegExp][] = [
  ['a typo', { websocket: { replcas: 3 } }, /replcas/],
  ['a wrong type', { websocket: { replicas: 'three' } }, /websocket\/replicas|websocket\.replicas/],
  ['an unknown way to scale', { websocket: { autoscaling: { kind: 'both' } } }, /autoscaling/],
  ['a broker without a port', { kafka: { brokers: ['kafka'] } }, /brokers/],
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
  ['a collector that the policies close', { tracing: { endpoint: 'http://c:4318' } }, /networkPolicy\.tracingTo/],
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
  ['an internal port in a load balancer', { persistence: { serviceType: 'LoadBalancer' } }, /serviceType/],
];

describeWithHelm('values of the chart', () => {
  it.each(REFUSED)('refuses %s, by name of the key', (_what, values, message) => {
    expect(() => render(values)).toThrow(message);
  });

  const files = [
    ...readdirSync(join(CHART, 'ci')).map((name) => join('ci', name)),
    'values-development.yaml',
    'values-production.yaml',
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
