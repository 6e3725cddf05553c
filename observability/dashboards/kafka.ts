import type { DashboardSpec } from '../panel';
import { counted, gauge, quantiles, quantileBy } from '../query';

const BROKERS = '{namespace=~"$namespace",strimzi_io_cluster=~".+"}';
const GROUP = '{namespace=~"$namespace",consumergroup=~"persistence.*"}';

export const kafka: DashboardSpec = {
  name: 'kafka',
  title: 'chat-app / Kafka',
  description: 'Kafka as this app uses it. The last row needs the exporters of Strimzi.',
  rows: [
    {
      title: 'Writing',
      panels: [
        {
          title: 'Time of an append',
          description: 'From append to acks=all, by record, with the wait for the batch before.',
          unit: 's',
          bad: [0.5, 2],
          queries: quantiles('chat_log_append_duration_seconds'),
        },
        {
          title: 'Failed appends',
          description: 'log_unavailable: no acknowledgement in time. log_overloaded: the pod’s queue is full.',
          unit: 'reqps',
          queries: [counted('chat_log_append_failures_total', '{{job}} {{code}}', undefined, 'job, code')],
        },
        {
          title: 'Records a request',
          description: 'Grows with the load: the slower Kafka answers, the more goes in one batch.',
          unit: 'short',
          queries: quantiles('chat_log_append_batch_records'),
        },
        {
          title: 'Waiting for the acknowledgement',
          description: 'Records appended and not acknowledged.',
          unit: 'short',
          queries: [gauge('max', 'chat_log_queued_records', 'pod')],
        },
      ],
    },
    {
      title: 'Reading',
      panels: [
        {
          title: 'Lag by partition',
          description:
            'Records. One partition that stands out: a conversation that is very busy, or a message that is retried.',
          unit: 'short',
          queries: [gauge('max', 'chat_log_consumer_lag_records', 'topic, partition')],
        },
        {
          title: 'Since the last fetch',
          description: 'Consumers ask at least every few seconds; a rising line is one that hangs.',
          unit: 's',
          bad: [60, 120],
          queries: [
            {
              expression:
                'max by (pod, group) (time() - chat_log_last_fetch_timestamp_seconds{namespace=~"$namespace",pod=~"$pod"})',
              legend: '{{pod}} {{group}}',
            },
          ],
        },
        {
          title: 'Records handled',
          description: 'Committed.',
          unit: 'reqps',
          queries: [counted('chat_log_consumed_records_total', '{{topic}} {{group}}', undefined, 'topic, group')],
        },
        {
          title: 'Time to handle a batch',
          description: 'p99 by outcome. failed: the batch came again.',
          unit: 's',
          queries: [quantileBy(0.99, 'chat_log_handling_duration_seconds', 'topic, outcome')],
        },
        {
          title: 'Rebalances',
          description: 'Partitions moved between pods. Constant ones: a consumer misses its heartbeats.',
          unit: 'reqps',
          queries: [counted('chat_log_rebalances_total', '{{group}}', undefined, 'group')],
        },
      ],
    },
    {
      title: 'The cluster (exporters of Strimzi)',
      panels: [
        {
          title: 'Partitions in danger',
          description:
            'Under-replicated: a broker is unavailable. Under min ISR: writes are refused. Offline: nothing works.',
          unit: 'short',
          queries: [
            {
              expression: `sum(kafka_server_replicamanager_underreplicatedpartitions${BROKERS})`,
              legend: 'under-replicated',
            },
            {
              expression: `sum(kafka_server_replicamanager_underminisrpartitioncount${BROKERS})`,
              legend: 'under min ISR',
            },
            { expression: `sum(kafka_controller_kafkacontroller_offlinepartitionscount${BROKERS})`, legend: 'offline' },
          ],
        },
        {
          title: 'Lag as the brokers see it',
          description: 'Also when no consumer is there to tell.',
          unit: 'short',
          queries: [
            {
              // The exporter says -1 for a partition without a committed offset.
              expression: `sum by (consumergroup, topic) (clamp_min(kafka_consumergroup_lag${GROUP}, 0))`,
              legend: '{{consumergroup}} {{topic}}',
            },
          ],
        },
      ],
    },
  ],
};
