import type { DashboardSpec } from '../panel';
import { counted, gauge, quantileBy, quantiles } from '../query';
import { resources } from './resources';

const SERVICE = 'websocket';

export const websocket: DashboardSpec = {
  name: SERVICE,
  title: 'chat-app / WebSocket',
  description: 'Sockets, frames, the live path, and reads of inboxes.',
  rows: [
    {
      title: 'Sockets',
      panels: [
        {
          title: 'Open sockets',
          description: 'By pod. Pods that began later have fewer until clients reconnect.',
          unit: 'short',
          stacked: true,
          queries: [gauge('sum', 'chat_websocket_connections', 'pod', SERVICE)],
        },
        {
          title: 'Closed sockets',
          description:
            'By close code. 1000 and 1001 are clients that left, 1012 a drain, 1006 broken connections, 4xxx see the protocol.',
          unit: 'reqps',
          queries: [counted('chat_websocket_connections_closed_total', '{{code}}', SERVICE, 'code')],
        },
        {
          title: 'Handshakes',
          description: 'Opened, and refused by error code.',
          unit: 'reqps',
          queries: [
            counted('chat_websocket_connections_opened_total', 'opened', SERVICE),
            counted('chat_websocket_handshakes_refused_total', 'refused: {{code}}', SERVICE, 'code'),
          ],
        },
        {
          title: 'Drain',
          description: 'Sockets that a draining pod still has to close. Falls to 0 within the drain window.',
          unit: 'short',
          queries: [gauge('sum', 'chat_websocket_draining_connections', 'pod', SERVICE)],
        },
        {
          title: 'Frames received',
          description: 'By type.',
          unit: 'reqps',
          queries: [counted('chat_websocket_frames_received_total', '{{type}}', SERVICE, 'type')],
        },
        {
          title: 'Frames sent',
          description: 'By type.',
          unit: 'reqps',
          queries: [counted('chat_websocket_frames_sent_total', '{{type}}', SERVICE, 'type')],
        },
        {
          title: 'Bytes sent',
          description: 'Written to sockets.',
          unit: 'Bps',
          queries: [counted('chat_websocket_sent_bytes_total', '{{pod}}', SERVICE, 'pod')],
        },
        {
          title: 'Slow clients',
          description: 'Congested sockets: they are fed from the inbox once they drained.',
          unit: 'reqps',
          queries: [counted('chat_websocket_congestions_total', 'congested', SERVICE)],
        },
      ],
    },
    {
      title: 'Messages',
      panels: [
        {
          title: 'Accepted and rejected',
          description:
            'Rejected by error code: unavailable, overloaded and internal are our fault, the rest the sender’s.',
          unit: 'reqps',
          queries: [
            counted('chat_messages_accepted_total', 'accepted', SERVICE),
            counted('chat_messages_rejected_total', 'rejected: {{code}}', SERVICE, 'code'),
          ],
        },
        {
          title: 'Send to accepted',
          description: 'The log’s acknowledgement, with the wait in the queue.',
          unit: 's',
          bad: [0.5, 2],
          queries: quantiles('chat_websocket_append_seconds', SERVICE),
        },
        {
          title: 'Accepted to delivered, by path',
          description:
            'p99. live: published by Redis. inbox: found by a notice, by reconciliation or by a reconnect of the pod.',
          unit: 's',
          bad: [1, 5],
          queries: [quantileBy(0.99, 'chat_websocket_accepted_to_delivered_seconds', 'path', SERVICE)],
        },
        {
          title: 'Deliveries',
          description: 'Live messages sent, positions of stored notices, cursors written.',
          unit: 'reqps',
          queries: [
            counted('chat_websocket_live_deliveries_total', 'live messages', SERVICE),
            counted('chat_websocket_stored_notices_total', 'stored notices', SERVICE),
            counted('chat_websocket_cursors_written_total', 'cursors', SERVICE),
          ],
        },
        {
          title: 'Reads of inboxes',
          description:
            'By cause. connect and notice are normal; many reconciliation or resubscribe mean that Redis loses notices.',
          unit: 'reqps',
          queries: [
            counted('chat_websocket_inbox_reads_total', '{{cause}}', SERVICE, 'cause'),
            counted('chat_websocket_inbox_read_failures_total', 'failed', SERVICE),
          ],
        },
        {
          title: 'Calls to other services',
          description: 'p99 by service. Persistence slow: catch-up is slow, the live path is not.',
          unit: 's',
          queries: [quantileBy(0.99, 'chat_client_request_duration_seconds', 'client', SERVICE)],
        },
      ],
    },
    {
      title: 'Live path (Redis)',
      panels: [
        {
          title: 'Connected',
          description: '0: the pod is degraded, its clients are served by reconciliation every second or two.',
          unit: 'short',
          queries: [gauge('min', 'chat_fanout_connected', 'pod', SERVICE)],
        },
        {
          title: 'Envelopes ignored',
          description:
            'By reason. unknown_kind: a later version is being rolled out. wrong_channel and unreadable: somebody else writes to Redis.',
          unit: 'reqps',
          queries: [counted('chat_websocket_envelopes_ignored_total', '{{reason}}', SERVICE, 'reason')],
        },
        {
          title: 'Signals dropped',
          description:
            'Typing that nobody was told of, by reason. limited: users (or scripts) type faster than anybody reads. congested: sockets are slow.',
          unit: 'reqps',
          queries: [counted('chat_websocket_signals_dropped_total', '{{reason}}', SERVICE, 'reason')],
        },
        {
          title: 'Canary',
          description: 'Time of the round trip of a pod’s publication to itself, and beats that were missed.',
          unit: 's',
          queries: [
            ...quantiles('chat_fanout_canary_round_trip_seconds', SERVICE),
            counted('chat_fanout_canary_misses_total', 'missed a second', SERVICE),
          ],
        },
        {
          title: 'Published and received',
          description: 'Payloads. Received is published times the pods that have a user of the channel.',
          unit: 'reqps',
          queries: [
            counted('chat_fanout_published_total', 'published', SERVICE),
            counted('chat_fanout_received_total', 'received', SERVICE),
            counted('chat_fanout_publish_failures_total', 'not taken', SERVICE),
            counted('chat_websocket_publish_failures_total', 'live publishes lost', SERVICE),
            counted('chat_websocket_presence_failures_total', 'presence not told', SERVICE),
          ],
        },
        {
          title: 'Channels',
          description: 'What the pods subscribe to: a channel for each connected user and each group of theirs.',
          unit: 'short',
          queries: [
            gauge('sum', 'chat_fanout_channels', 'pod', SERVICE),
            counted('chat_fanout_resubscriptions_total', 'resubscribed, a second', SERVICE),
          ],
        },
        {
          title: 'Keys of tokens',
          description: 'Fetches of the public keys that tokens are verified with.',
          unit: 'reqps',
          queries: [counted('chat_token_key_fetches_total', '{{outcome}}', SERVICE, 'outcome')],
        },
      ],
    },
    resources(SERVICE),
  ],
};
