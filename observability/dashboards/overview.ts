import { OBJECTIVES, OUR_FAULTS } from '../objectives';
import type { DashboardSpec, PanelSpec } from '../panel';
import { counted, gauge, quantileBy, quantiles, within } from '../query';

const IN_NAMESPACE = 'namespace=~"$namespace"';

/** The share of good events over the range shown. */
const objectives: PanelSpec[] = OBJECTIVES.map((objective) => ({
  title: objective.title.replace(/^Chat/, '').replace(/(?!^)([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`),
  description: `Objective: ${objective.target * 100} % over 30 days. Below it: ${objective.symptom}`,
  unit: 'percentunit',
  kind: 'stat',
  decimals: 3,
  good: [objective.target, 1 - (1 - objective.target) * 5],
  queries: [
    {
      expression: `1 - sum(${objective.bad('$__range', IN_NAMESPACE)}) / sum(${objective.total('$__range', IN_NAMESPACE)})`,
      legend: 'good',
    },
  ],
}));

/** Is the chat healthy for its users? */
export const overview: DashboardSpec = {
  name: 'overview',
  title: 'chat-app / Overview',
  description: 'Is the chat healthy for its users? Start here; the other dashboards say why.',
  rows: [
    {
      title: 'Objectives over the time shown',
      panels: [
        ...objectives,
        {
          title: 'Users connected',
          description: 'Sockets open now, over all pods.',
          unit: 'short',
          kind: 'stat',
          queries: [{ expression: `sum(chat_websocket_connections${within('websocket')})`, legend: 'sockets' }],
        },
      ],
    },
    {
      title: 'What users see',
      panels: [
        {
          title: 'Sends',
          description:
            'Messages accepted, and sends refused through our own fault. Refused ones are tried again by the client.',
          unit: 'reqps',
          queries: [
            counted('chat_messages_accepted_total', 'accepted', 'websocket'),
            counted('chat_messages_rejected_total', 'rejected: {{code}}', 'websocket', 'code', OUR_FAULTS),
          ],
        },
        {
          title: 'Accepted to delivered',
          description: 'From the acceptance to the write to the recipient’s socket, while it was open. Bad above 1 s.',
          unit: 's',
          bad: [1, 5],
          queries: quantiles('chat_websocket_accepted_to_delivered_seconds', 'websocket'),
        },
        {
          title: 'Send to accepted',
          description: 'From the send frame to the acknowledgement of the log.',
          unit: 's',
          bad: [0.5, 2],
          queries: quantiles('chat_websocket_append_seconds', 'websocket'),
        },
        {
          title: 'Accepted to stored',
          description: 'From the acceptance to the commit in PostgreSQL. History and inboxes are behind by this much.',
          unit: 's',
          bad: [10, 60],
          queries: quantiles('chat_persistence_store_delay_seconds', 'persistence'),
        },
        {
          title: 'Sockets opened and closed',
          description: 'Closed by close code: 1012 is a pod that drains, 1006 a connection that broke.',
          unit: 'reqps',
          queries: [
            counted('chat_websocket_connections_opened_total', 'opened', 'websocket'),
            counted('chat_websocket_connections_closed_total', 'closed {{code}}', 'websocket', 'code'),
          ],
        },
        {
          title: 'Accepted but not stored',
          description: 'Rates of both ends of the log. The two lines lie on each other; a gap that stays is a backlog.',
          unit: 'reqps',
          queries: [
            counted('chat_messages_accepted_total', 'accepted', 'websocket'),
            counted('chat_persistence_messages_total', '{{outcome}}', 'persistence', 'outcome'),
          ],
        },
      ],
    },
    {
      title: 'Where it comes from',
      panels: [
        {
          title: 'Live path (Redis)',
          description:
            '1 while every pod of the service is connected and receives what it publishes to itself; 0 while one is degraded.',
          unit: 'short',
          queries: [gauge('min', 'chat_fanout_connected', 'job')],
        },
        {
          title: 'Age of what waits to be stored',
          description:
            'Oldest record that a consumer is handling. Grows one second a second while PostgreSQL is unavailable.',
          unit: 's',
          bad: [30, 120],
          queries: [gauge('max', 'chat_log_consumer_age_seconds', 'topic', 'persistence')],
        },
        {
          title: 'Failed appends to Kafka',
          description: 'Sends that Kafka did not acknowledge, by error code.',
          unit: 'reqps',
          queries: [counted('chat_log_append_failures_total', '{{job}} {{code}}', undefined, 'job, code')],
        },
        {
          title: 'Pods',
          description: 'Pods that answer their scrape.',
          unit: 'short',
          queries: [
            {
              expression: `sum by (job) (up${within(undefined, 'job=~"authentication|websocket|persistence"')})`,
              legend: '{{job}}',
            },
          ],
        },
        {
          title: 'Event loop lag',
          description: 'p99 of the slowest pod. Above 0.25 s everything of that pod is late.',
          unit: 's',
          bad: [0.1, 0.25],
          queries: [gauge('max', 'nodejs_eventloop_lag_p99_seconds', 'job')],
        },
        {
          title: 'Answers of the HTTP APIs',
          description: 'p99 by service, all routes.',
          unit: 's',
          queries: [quantileBy(0.99, 'chat_http_request_duration_seconds', 'job')],
        },
      ],
    },
  ],
};
