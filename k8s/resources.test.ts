import { build, kubectlFound, resource } from './kustomize';

const describeWithKubectl = kubectlFound || process.env['CI'] === 'true' ? describe : describe.skip;

/** What Kubernetes must be told of a container, for its node not to be overcommitted. */
const SIZED = {
  requests: { cpu: expect.any(String) as unknown, memory: expect.any(String) as unknown },
  limits: { memory: expect.any(String) as unknown },
};

describeWithKubectl('resources for the operators', () => {
  it.each(['development', 'production'])('say of every pod of Strimzi what it needs (%s)', (overlay) => {
    const objects = build(`strimzi/overlays/${overlay}`);
    const pools = objects.filter(({ kind }) => kind === 'KafkaNodePool');
    expect(pools.length).toBeGreaterThan(0);
    for (const { spec } of pools) expect(spec).toMatchObject({ resources: SIZED });
    const { spec } = resource(`strimzi/overlays/${overlay}`, 'Kafka', 'chat');
    const { topicOperator, userOperator } = spec['entityOperator'] as Record<string, unknown>;
    const optional = [spec['kafkaExporter'], spec['cruiseControl']].filter((part) => part !== undefined);
    expect(optional).toHaveLength(overlay === 'production' ? 2 : 0);
    for (const part of [topicOperator, userOperator, ...optional]) expect(part).toMatchObject({ resources: SIZED });
  });

  it.each([
    ['development', 1, false],
    ['e2e', 3, true],
    ['production', 3, true],
  ])('let a node with the only instance of PostgreSQL be drained (%s)', (overlay, instances, enablePDB) => {
    const { spec } = resource(`cloudnative-pg/overlays/${overlay}`, 'Cluster', 'chat-db');
    expect(spec).toMatchObject({ instances, enablePDB });
  });
});
