import type { DashboardSpec } from '../panel';
import { counted, gauge, quantileBy } from '../query';

const CLUSTER = '{namespace=~"$namespace"}';

export const postgresql: DashboardSpec = {
  name: 'postgresql',
  title: 'chat-app / PostgreSQL',
  description: 'PostgreSQL as this app uses it. The last row needs the exporter of CloudNativePG.',
  rows: [
    {
      title: 'Statements',
      panels: [
        {
          title: 'Statements',
          description: 'By outcome. refused: PostgreSQL said no. unavailable: it did not answer.',
          unit: 'reqps',
          queries: [
            counted('chat_database_query_duration_seconds_count', '{{job}} {{outcome}}', undefined, 'job, outcome'),
          ],
        },
        {
          title: 'Slowest statements',
          description: 'p95 by statement, from sending it to its last row.',
          unit: 's',
          queries: [quantileBy(0.95, 'chat_database_query_duration_seconds', 'statement')],
        },
        {
          title: 'Failures',
          description: 'By SQLSTATE (none: no answer).',
          unit: 'reqps',
          queries: [
            counted('chat_database_failures_total', '{{statement}} {{sqlstate}}', undefined, 'statement, sqlstate'),
          ],
        },
      ],
    },
    {
      title: 'Pools',
      panels: [
        {
          title: 'Wait for a connection',
          description: 'p99. Above a few milliseconds the pool is too small or PostgreSQL too slow.',
          unit: 's',
          bad: [0.1, 0.5],
          queries: [quantileBy(0.99, 'chat_database_pool_wait_seconds', 'job')],
        },
        {
          title: 'Connections',
          description: 'By state.',
          unit: 'short',
          stacked: true,
          queries: [gauge('sum', 'chat_database_pool_connections', 'job, state')],
        },
        {
          title: 'Calls that wait',
          description: 'For a connection of the pool.',
          unit: 'short',
          queries: [gauge('max', 'chat_database_pool_waiting', 'pod')],
        },
      ],
    },
    {
      title: 'The cluster (exporter of CloudNativePG)',
      panels: [
        {
          title: 'Instances',
          description: 'Streaming replicas; no replica means that a failover would have nowhere to go.',
          unit: 'short',
          queries: [
            {
              expression: `max by (cluster) (cnpg_pg_replication_streaming_replicas${CLUSTER})`,
              legend: '{{cluster}}',
            },
          ],
        },
        {
          title: 'Behind the primary',
          description: 'Replication lag of the replicas.',
          unit: 's',
          bad: [10, 60],
          queries: [{ expression: `max by (pod) (cnpg_pg_replication_lag${CLUSTER})`, legend: '{{pod}}' }],
        },
        {
          title: 'Size',
          description: 'Of the database.',
          unit: 'bytes',
          queries: [{ expression: `max by (datname) (cnpg_pg_database_size_bytes${CLUSTER})`, legend: '{{datname}}' }],
        },
        {
          title: 'Time since the last archived WAL',
          description: 'Grows while the archive takes nothing: then backups have a gap and the disk fills.',
          unit: 's',
          bad: [900, 3600],
          queries: [
            {
              expression: `max(cnpg_pg_stat_archiver_seconds_since_last_archival${CLUSTER})`,
              legend: 'since the last',
            },
          ],
        },
      ],
    },
  ],
};
