import { ClusterStub } from './cluster-stub';
import { at, describeWithHelm, render, renderInto } from './render';

const KEDA = {
  keda: { prometheusAddress: 'http://prometheus:9090' },
  websocket: { autoscaling: { kind: 'keda', connectionsPerPod: 5000 } },
  persistence: { autoscaling: { kind: 'keda' } },
};

describeWithHelm('scaling of the chart', () => {
  it('leaves the number of pods to the autoscaler', () => {
    const rendering = render({ websocket: { autoscaling: { kind: 'hpa' } } });
    expect(at(rendering.get('Deployment', 'chat-websocket'), 'spec')).not.toHaveProperty('replicas');
    expect(at(rendering.get('Deployment', 'chat-persistence'), 'spec.replicas')).toBe(2);
  });

  it('scales on CPU, and on connections where asked', () => {
    const metrics = (autoscaling: object) => {
      const rendering = render({ websocket: { autoscaling: { kind: 'hpa', ...autoscaling } } });
      const scaler = rendering.get('HorizontalPodAutoscaler', 'chat-websocket');
      return at<{ type: string }[]>(scaler, 'spec.metrics').map((metric) => metric.type);
    };
    expect(metrics({})).toEqual(['Resource']);
    expect(metrics({ connectionsPerPod: 1000 })).toEqual(['Resource', 'Pods']);
  });

  it('never renders two autoscalers for one Deployment', () => {
    const rendering = render({ ...KEDA, authentication: { autoscaling: { kind: 'hpa' } } });
    const targets = [...rendering.all('HorizontalPodAutoscaler'), ...rendering.all('ScaledObject')].map((object) =>
      at<string>(object, 'spec.scaleTargetRef.name'),
    );
    expect(targets.sort()).toEqual(['chat-authentication', 'chat-persistence', 'chat-websocket']);
  });

  it('lets KEDA read the lag as its own Kafka user, by a name that resolves in its namespace', () => {
    const rendering = render(KEDA);
    const kafka = at(rendering.get('ScaledObject', 'chat-persistence'), 'spec.triggers.0');
    expect(at(kafka, 'metadata')).toMatchObject({
      bootstrapServers: 'chat-kafka-bootstrap.talk.svc:9093',
      consumerGroup: 'persistence',
      topic: 'messages',
      offsetResetPolicy: 'earliest',
      sasl: 'scram_sha512',
      tls: 'enable',
    });
    expect(at(rendering.get('TriggerAuthentication', 'chat-kafka'), 'spec.secretTargetRef')).toEqual([
      { parameter: 'ca', name: 'chat-cluster-ca-cert', key: 'ca.crt' },
      { parameter: 'username', name: 'chat-keda-username', key: 'username' },
      { parameter: 'password', name: 'chat-keda', key: 'password' },
    ]);
  });

  it('lets no pod go where the lag or the connections cannot be read', () => {
    for (const name of ['chat-persistence', 'chat-websocket']) {
      const fallback = at(render(KEDA).get('ScaledObject', name), 'spec.fallback');
      expect(fallback).toMatchObject({ replicas: 2, behavior: 'currentReplicasIfHigher' });
    }
  });

  it('keeps the pods that are there when an autoscaler takes over, and afterwards', async () => {
    const live = render({ websocket: { replicas: 6 } }).get('Deployment', 'chat-websocket');
    const cluster = await ClusterStub.with([live]);
    try {
      for (const kind of ['hpa', 'keda']) {
        const values = { ...KEDA, websocket: { autoscaling: { kind, connectionsPerPod: 1 } } };
        const after = (await renderInto(cluster, values)).get('Deployment', 'chat-websocket');
        expect(at(after, 'spec.replicas')).toBe(6);
      }
      const fixed = await renderInto(cluster, { websocket: { replicas: 4 } });
      expect(at(fixed.get('Deployment', 'chat-websocket'), 'spec.replicas')).toBe(4);
    } finally {
      await cluster.close();
    }
  });

  it('does not take a missing measurement for a night without users', () => {
    const connections = at(render(KEDA).get('ScaledObject', 'chat-websocket'), 'spec.triggers.0');
    expect(at(connections, 'metadata.ignoreNullValues')).toBe('false');
  });

  it('makes no budget that would block a drain of the only pod', () => {
    expect(
      render({ websocket: { replicas: 1 } })
        .all('PodDisruptionBudget')
        .map((budget) => budget.metadata.name),
    ).toEqual(['chat-authentication', 'chat-persistence']);
  });
});
