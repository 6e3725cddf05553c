import type { DashboardSpec } from '../panel';
import { counted, gauge, quantileBy, quantiles } from '../query';
import { resources } from './resources';

const SERVICE = 'persistence';

export const persistence: DashboardSpec = {
  name: SERVICE,
  title: 'chat-app / Persistence',
  description: 'What becomes of accepted messages, and the APIs over them.',
  rows: [
    {
      title: 'Storing',
      panels: [
        {
          title: 'Messages',
          description: 'By what became of them. duplicate: came again after a restart or a retry of the sender.',
          unit: 'reqps',
          queries: [counted('chat_persistence_messages_total', '{{outcome}}', SERVICE, 'outcome')],
        },
        {
          title: 'Accepted to stored',
          description: 'From the acceptance to the commit.',
          unit: 's',
          bad: [10, 60],
          queries: quantiles('chat_persistence_store_delay_seconds', SERVICE),
        },
        {
          title: 'Lag',
          description: 'Records behind the end of the log, summed over partitions.',
          unit: 'short',
          queries: [gauge('sum', 'chat_log_consumer_lag_records', 'topic', SERVICE)],
        },
        {
          title: 'Age of what is being handled',
          description: 'Grows one second a second while a batch waits.',
          unit: 's',
          bad: [30, 120],
          queries: [gauge('max', 'chat_log_consumer_age_seconds', 'topic', SERVICE)],
        },
        {
          title: 'Dead-lettered',
          description: 'Messages that PostgreSQL refused, by where they went and why.',
          unit: 'reqps',
          queries: [
            counted('chat_persistence_dead_lettered_total', '{{to}}: {{code}}', SERVICE, 'to, code'),
            counted('chat_persistence_dead_messages_archived_total', 'archived: {{code}}', SERVICE, 'code'),
            counted('chat_persistence_unreadable_headers_total', 'unreadable headers', SERVICE),
          ],
        },
        {
          title: 'Waits for the database',
          description: 'Batches that wait now, and waits that began a second. Nothing is lost: they wait in place.',
          unit: 'short',
          queries: [
            gauge('sum', 'chat_persistence_batches_waiting', 'pod', SERVICE),
            counted('chat_persistence_database_waits_total', 'begun a second', SERVICE),
          ],
        },
        {
          title: 'Time of a store call',
          description: 'One SQL call for a batch.',
          unit: 's',
          queries: quantiles('chat_persistence_store_duration_seconds', SERVICE),
        },
        {
          title: 'Size of batches',
          description: 'Records. Near the bound of CONSUMER_BATCH_RECORDS it is catching up.',
          unit: 'short',
          queries: quantiles('chat_persistence_batch_records', SERVICE),
        },
        {
          title: 'Inbox entries and notices',
          description: 'Entries written, and notices that Redis did not take.',
          unit: 'reqps',
          queries: [
            counted('chat_persistence_inbox_entries_total', 'entries', SERVICE),
            counted('chat_persistence_notices_lost_total', 'notices lost', SERVICE),
          ],
        },
      ],
    },
    {
      title: 'APIs',
      panels: [
        {
          title: 'Requests',
          description: 'By server and status.',
          unit: 'reqps',
          queries: [
            counted('chat_http_request_duration_seconds_count', '{{server}} {{status}}', SERVICE, 'server, status'),
          ],
        },
        {
          title: 'Slowest routes',
          description: 'p95.',
          unit: 's',
          queries: [quantileBy(0.95, 'chat_http_request_duration_seconds', 'route', SERVICE)],
        },
      ],
    },
    resources(SERVICE),
  ],
};
