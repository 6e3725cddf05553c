import { at, describeWithHelm, render, type KubernetesObject } from './render';

const FROM = {
  trustedProxies: 1,
  networkPolicy: { ingressFrom: [{ namespaceSelector: { matchLabels: { name: 'edge' } } }] },
};

interface Peer {
  podSelector?: { matchLabels: Record<string, string> };
}
interface Rule {
  ports: { port: string | number }[];
  from?: Peer[];
  to?: Peer[];
}
interface RouteRule {
  matches: { path: { value: string } }[];
  timeouts?: unknown;
}
interface IngressPath {
  path: string;
  backend: { service: { name: string; port: unknown } };
}

describeWithHelm('policies and routes of the chart', () => {
  it('denies everything by default, for every pod of the release', () => {
    const policy = render().get('NetworkPolicy', 'chat-default-deny');
    expect(policy.spec).toEqual({
      podSelector: { matchLabels: { 'app.kubernetes.io/name': 'chat-app', 'app.kubernetes.io/instance': 'chat' } },
      policyTypes: ['Ingress', 'Egress'],
    });
  });

  it('opens the internal ports to the services that call them, and to nobody else', () => {
    const rendering = render(FROM);
    expect(callersOf(rendering.get('NetworkPolicy', 'chat-persistence'), 'internal')).toEqual(['websocket']);
    expect(callersOf(rendering.get('NetworkPolicy', 'chat-authentication'), 'internal')).toEqual([
      'persistence',
      'websocket',
    ]);
    const open = rendering.all('NetworkPolicy').flatMap((policy) => rulesOf(policy, 'ingress'));
    const toEdge = open.filter((rule) => JSON.stringify(rule.from).includes('edge'));
    expect(toEdge.map((rule) => rule.ports)).toEqual([[{ port: 'http' }], [{ port: 'http' }], [{ port: 'http' }]]);
  });

  it('never leaves an opening without a peer', () => {
    for (const policy of render(FROM).all('NetworkPolicy')) {
      for (const rule of rulesOf(policy, 'ingress')) expect(rule.from?.length).toBeGreaterThan(0);
      for (const rule of rulesOf(policy, 'egress')) expect(rule.to?.length).toBeGreaterThan(0);
    }
  });

  it('lets websocket reach no database and authentication no Kafka', () => {
    const ports = (name: string) =>
      rulesOf(render().get('NetworkPolicy', name), 'egress').flatMap((rule) => rule.ports.map(({ port }) => port));
    expect(ports('chat-websocket')).toContain(9093);
    expect(ports('chat-websocket')).not.toContain(5432);
    expect(ports('chat-authentication')).toContain(5432);
    expect(ports('chat-authentication')).not.toContain(9093);
  });

  it('lets pods ask the DNS of the cluster and the cache of their node, on the ports they have', () => {
    const [rule] = rulesOf(render().get('NetworkPolicy', 'chat-dns'), 'egress');
    expect(rule?.to).toContainEqual({ ipBlock: { cidr: '169.254.20.10/32' } });
    expect(rule?.ports).toEqual([
      { port: 53, protocol: 'UDP' },
      { port: 53, protocol: 'TCP' },
    ]);
    const other = rulesOf(render({ networkPolicy: { dnsPorts: [5353] } }).get('NetworkPolicy', 'chat-dns'), 'egress');
    expect(other[0]?.ports.map(({ port }) => port)).toEqual([5353, 5353]);
  });

  it.each([
    ['http://collector:4318', 4318],
    ['http://collector/v1/traces', 80],
    ['https://collector', 443],
    ['https://[fd00::1:2]', 443],
    ['http://[fd00::1]:4319/x', 4319],
  ])('opens for traces to %s port %d and no other', (endpoint, port) => {
    const tracingTo = [{ podSelector: { matchLabels: { app: 'collector' } } }];
    const policy = render({ tracing: { endpoint }, networkPolicy: { tracingTo } }).get(
      'NetworkPolicy',
      'chat-websocket',
    );
    const rules = rulesOf(policy, 'egress').filter(({ to }) => JSON.stringify(to) === JSON.stringify(tracingTo));
    expect(rules.map(({ ports }) => ports)).toEqual([[{ port }]]);
  });

  it('opens the way to the service of breached passwords for authentication alone', () => {
    const breachedPasswordsTo = [{ ipBlock: { cidr: '0.0.0.0/0' } }];
    const rendering = render({
      authentication: { breachedPasswordsUrl: 'https://breaches.example/range/' },
      networkPolicy: { breachedPasswordsTo },
    });
    const rules = (service: string) =>
      rulesOf(rendering.get('NetworkPolicy', `chat-${service}`), 'egress').filter(
        ({ to }) => JSON.stringify(to) === JSON.stringify(breachedPasswordsTo),
      );
    expect(rules('authentication').map(({ ports }) => ports)).toEqual([[{ port: 443 }]]);
    expect([rules('websocket'), rules('persistence')]).toEqual([[], []]);
    const environment = JSON.stringify(rendering.get('Deployment', 'chat-authentication'));
    expect(environment).toContain('https://breaches.example/range/');
  });

  it('puts all public paths on one host by an Ingress', () => {
    const ingress = render({ ...FROM, ingress: { enabled: true, host: 'h' } }).get('Ingress', 'chat-public');
    const paths = at<IngressPath[]>(ingress, 'spec.rules.0.http.paths');
    expect(paths.map(({ path, backend: { service } }) => [path, service.name, service.port])).toEqual([
      ['/ws', 'chat-websocket', { name: 'http' }],
      ['/conversations', 'chat-persistence', { name: 'http' }],
      ['/blocks', 'chat-persistence', { name: 'http' }],
      ['/settings', 'chat-persistence', { name: 'http' }],
      ['/invitations', 'chat-persistence', { name: 'http' }],
      ['/', 'chat-authentication', { name: 'http' }],
    ]);
  });

  it('puts the same paths behind an HTTPRoute', () => {
    const httpRoute = { enabled: true, parentRefs: [{ name: 'g' }], hostnames: ['h'] };
    const rules = at<RouteRule[]>(render({ ...FROM, httpRoute }).get('HTTPRoute', 'chat-public'), 'spec.rules');
    expect(rules.map(({ matches }) => matches.map(({ path }) => path.value))).toEqual([
      ['/ws'],
      ['/conversations', '/blocks', '/settings', '/invitations'],
      ['/'],
    ]);
  });

  it('puts them below a path, which the services are told, without any rewriting', () => {
    const rendering = render({ ...FROM, publicPath: '/chat', ingress: { enabled: true, host: 'h' } });
    const httpRoute = { enabled: true, parentRefs: [{ name: 'g' }], hostnames: ['h'] };
    const route = render({ ...FROM, publicPath: '/chat', httpRoute }).get('HTTPRoute', 'chat-public');
    const paths = at<IngressPath[]>(rendering.get('Ingress', 'chat-public'), 'spec.rules.0.http.paths');
    const expected = [
      '/chat/ws',
      '/chat/conversations',
      '/chat/blocks',
      '/chat/settings',
      '/chat/invitations',
      '/chat',
    ];
    expect(paths.map(({ path }) => path)).toEqual(expected);
    const rules = at<RouteRule[]>(route, 'spec.rules');
    expect(rules.flatMap(({ matches }) => matches.map(({ path }) => path.value))).toEqual(expected);
    for (const service of ['authentication', 'websocket', 'persistence']) {
      const deployment = rendering.get('Deployment', `chat-${service}`);
      const environment = at<{ name: string; value?: string }[]>(deployment, 'spec.template.spec.containers.0.env');
      expect(environment.find(({ name }) => name === 'PUBLIC_PATH')?.value).toBe('/chat');
    }
  });

  it('does the same by an HTTPRoute, without timeouts unless asked', () => {
    const rules = (websocketTimeouts: object) => {
      const httpRoute = { enabled: true, parentRefs: [{ name: 'g' }], hostnames: ['h'], websocketTimeouts };
      return at<RouteRule[]>(render({ ...FROM, httpRoute }).get('HTTPRoute', 'chat-public'), 'spec.rules');
    };
    expect(rules({}).map((rule) => rule.timeouts)).toEqual([undefined, undefined, undefined]);
    expect(rules({ request: '0s' }).map((rule) => rule.timeouts)).toEqual([{ request: '0s' }, undefined, undefined]);
  });
});

function rulesOf(policy: KubernetesObject, direction: 'ingress' | 'egress'): Rule[] {
  return at<Rule[] | undefined>(policy, `spec.${direction}`) ?? [];
}

function callersOf(policy: KubernetesObject, port: string): string[] {
  return rulesOf(policy, 'ingress')
    .filter((rule) => rule.ports.some((candidate) => candidate.port === port))
    .flatMap((rule) => rule.from ?? [])
    .map((peer) => peer.podSelector?.matchLabels['app.kubernetes.io/component'] ?? 'anyone')
    .sort();
}
