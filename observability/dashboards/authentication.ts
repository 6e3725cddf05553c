import type { DashboardSpec } from '../panel';
import { counted, gauge, quantileBy, quantiles } from '../query';
import { resources } from './resources';

const SERVICE = 'authentication';

export const authentication: DashboardSpec = {
  name: SERVICE,
  title: 'chat-app / Authentication',
  description: 'Logins, refreshes, sessions and the hashing of passwords.',
  rows: [
    {
      title: 'What is asked of it',
      panels: [
        {
          title: 'Logins',
          description:
            'By outcome. Many wrong_credentials or throttled: someone guesses. overloaded: hashing has no turn left.',
          unit: 'reqps',
          queries: [counted('chat_authentication_logins_total', '{{outcome}}', SERVICE, 'outcome')],
        },
        {
          title: 'Registrations',
          description: 'By outcome.',
          unit: 'reqps',
          queries: [counted('chat_authentication_registrations_total', '{{outcome}}', SERVICE, 'outcome')],
        },
        {
          title: 'Refreshes',
          description: 'By outcome. reused: a refresh token came twice, its session was ended.',
          unit: 'reqps',
          queries: [counted('chat_authentication_refreshes_total', '{{outcome}}', SERVICE, 'outcome')],
        },
        {
          title: 'Sessions ended early',
          description: 'By reason.',
          unit: 'reqps',
          queries: [counted('chat_authentication_sessions_ended_total', '{{reason}}', SERVICE, 'reason')],
        },
        {
          title: 'Throttled',
          description: 'By what was over its limit.',
          unit: 'reqps',
          queries: [counted('chat_authentication_throttled_total', '{{by}}', SERVICE, 'by')],
        },
        {
          title: 'New passwords looked up',
          description: 'Among breached ones, by outcome; failed ones were taken unseen.',
          unit: 'reqps',
          queries: [counted('chat_authentication_breach_checks_total', '{{outcome}}', SERVICE, 'outcome')],
        },
        {
          title: 'Requests',
          description: 'By status.',
          unit: 'reqps',
          queries: [
            counted('chat_http_request_duration_seconds_count', '{{server}} {{status}}', SERVICE, 'server, status'),
          ],
        },
        {
          title: 'Slowest routes',
          description: 'p95. A login costs a tenth of a second of one core by intent.',
          unit: 's',
          queries: [quantileBy(0.95, 'chat_http_request_duration_seconds', 'route', SERVICE)],
        },
      ],
    },
    {
      title: 'Passwords',
      panels: [
        {
          title: 'Time to hash',
          description: 'Without the wait. Rises when the cores are taken by others.',
          unit: 's',
          queries: quantiles('chat_authentication_password_hash_duration_seconds', SERVICE),
        },
        {
          title: 'Wait for a turn',
          description: 'Above a second logins are slow; beyond the queue they are refused.',
          unit: 's',
          bad: [0.5, 2],
          queries: quantiles('chat_authentication_password_hash_wait_seconds', SERVICE),
        },
        {
          title: 'Queue',
          description: 'Passwords waiting for their turn.',
          unit: 'short',
          queries: [gauge('max', 'chat_authentication_password_hash_queue', 'pod', SERVICE)],
        },
        {
          title: 'Upkeep',
          description:
            'Expired rows deleted, and ended sessions that could not be announced (reconciliation in the websocket pods finds them).',
          unit: 'reqps',
          queries: [
            counted('chat_authentication_swept_rows_total', 'deleted from {{table}}', SERVICE, 'table'),
            counted('chat_authentication_signed_out_failures_total', 'not announced', SERVICE),
          ],
        },
      ],
    },
    resources(SERVICE),
  ],
};
