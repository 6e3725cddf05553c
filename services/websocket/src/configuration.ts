import { LIMITS } from '@chat-app/protocol';
import { commonVariables, httpUrl, integer, type Configuration } from '@chat-app/platform';

/** The variables of this service's own; the parts that it shares with others come from the platform. */
export const websocketVariables = {
  PORT: integer({ default: 8080, max: 65_535, description: 'Port of the sockets.' }),
  PERSISTENCE_URL: httpUrl({ description: 'Internal address of persistence (port 8091).' }),
  AUTHENTICATION_URL: httpUrl({ description: 'Internal address of authentication (port 8001).' }),
  ALLOWED_ORIGINS: commonVariables.ALLOWED_ORIGINS,
  MAX_CONNECTIONS: integer({ default: 50_000, min: 1, description: 'Maximum connections per pod.' }),
  MAX_CONNECTIONS_PER_USER: integer({
    default: 20,
    min: 1,
    description: 'Maximum connections of one user on this pod.',
  }),
  MAX_UNACKNOWLEDGED_SENDS: integer({
    default: 256,
    min: 1,
    description:
      'Maximum sends of one connection without an answer; then it is not read, beyond twice that they are rejected.',
  }),
  TRUSTED_PROXIES: commonVariables.TRUSTED_PROXIES,
  REQUIRE_TLS: commonVariables.REQUIRE_TLS,
  SENDS_PER_SECOND: integer({
    default: 20,
    min: 1,
    description: 'Sends per second of one user, over all pods: each takes its share by their number.',
  }),
  SENDS_BURST: integer({ default: 100, min: 1, description: 'Sends of one user that may come at once, likewise.' }),
  ROWS_PER_SECOND: integer({
    default: 2_000,
    min: 1,
    description: 'Inbox entries that the sends of one user to groups may cause per second, over all pods, likewise.',
  }),
  ROWS_BURST: integer({ default: 20_000, min: 1, description: 'The same, at once.' }),
  HANDSHAKES_PER_MINUTE: integer({
    default: 60,
    min: 1,
    description: 'Handshakes per minute of one user, over all pods: each takes its share by their number.',
  }),
  HANDSHAKES_BURST: integer({ default: 60, min: 1, description: 'Handshakes of one user at once, likewise.' }),
  REFUSED_HANDSHAKES_PER_MINUTE: integer({
    default: 1_200,
    min: 1,
    description:
      'Refused handshakes per minute and at once of one address (IPv6: a /64) before it has to wait, per pod.',
  }),
  MAX_OUTBOUND_BYTES: integer({
    default: 1_048_576,
    min: 65_536,
    description: 'Bytes waiting for one socket beyond which it is closed as slow. A quarter of it stops live pushes.',
  }),
  PING_INTERVAL_MS: integer({
    default: 15_000,
    min: 100,
    description: 'Time between pings, and the longest that nothing is sent; two unanswered pings are the end.',
  }),
  RECONCILE_INTERVAL_MS: integer({ default: 30_000, min: 100, description: 'Time between looks at all inbox heads.' }),
  DEGRADED_RECONCILE_INTERVAL_MS: integer({
    default: 1_500,
    min: 100,
    description: 'The same during an outage of the fan-out.',
  }),
  CATCH_UP_ENTRIES: integer({
    default: LIMITS.catchUpEntries,
    min: 0,
    max: LIMITS.mostCatchUpEntries,
    description: 'A device further behind is sent only this many entries.',
  }),
  CONTENT_BYTES: integer({
    default: LIMITS.contentBytes,
    min: 1,
    max: LIMITS.contentBytes,
    description: 'Largest content of a message.',
  }),
  FRAME_BYTES: integer({
    default: LIMITS.frameBytes,
    min: 1_024,
    max: 1_048_576,
    description: 'Largest frame read from a client.',
  }),
  PRESENCE_LEASE_MS: integer({
    default: 30_000,
    min: 1_000,
    description: 'How long users of a pod that died are taken to be online, milliseconds; renewed three times in it.',
  }),
  DRAIN_WINDOW_MS: integer({ default: 20_000, description: 'Time over which a draining pod sends its clients away.' }),
};

/** What `createWebsocket` needs to know. */
export type WebsocketConfiguration = Omit<
  Configuration<typeof websocketVariables>,
  'PORT' | 'PERSISTENCE_URL' | 'AUTHENTICATION_URL'
> & {
  /** How long a draining pod keeps accepting. */
  readonly ENDPOINT_SETTLE_MS: number;
  /** Names that handshakes must be sent to, beside addresses and localhost; any where it is absent. */
  readonly ALLOWED_HOSTS?: readonly string[];
};
