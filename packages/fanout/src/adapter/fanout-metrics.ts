import type { Metrics } from '@chat-app/platform';

export type FanoutMetrics = ReturnType<typeof fanoutMetrics>;

/** The metrics of a fan-out. */
export function fanoutMetrics(metrics: Metrics) {
  const counter = (name: string, help: string) => metrics.counter({ name: `chat_fanout_${name}_total`, help });
  return {
    published: counter('published', 'Payloads handed to the broker.'),
    publishFailures: counter(
      'publish_failures',
      'Payloads that the broker did not take; they are lost to the live path.',
    ),
    received: counter('received', 'Payloads received.'),
    canaryMisses: counter('canary_misses', 'Times that this pod published to itself and did not receive it.'),
    resubscriptions: counter('resubscriptions', 'Times that all channels were resubscribed.'),
    canaryRoundTrip: metrics.histogram({
      name: 'chat_fanout_canary_round_trip_seconds',
      help: 'Time from publishing to itself until this pod received it: what a live delivery takes through the broker.',
    }),
    channels: metrics.gauge({ name: 'chat_fanout_channels', help: 'Channels that this pod subscribes to.' }),
    connected: metrics.gauge({ name: 'chat_fanout_connected', help: '1 while connected, 0 while degraded.' }),
  };
}
