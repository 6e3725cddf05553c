import { hostname } from 'node:os';
import { hostPorts, httpUrl, origins } from './addresses';
import { secret } from './secret';
import type { Variable } from './variable';
import { flag, integer, oneOf, optionalText, text } from './variables';

const SECOND_MS = 1_000;

/** A port number variable. 0 lets the system choose one. */
export function port(options: { default: number; description: string }): Variable<number> {
  return integer({ ...options, min: 0, max: 65_535 });
}

/** What every service reads. */
export const commonVariables = {
  LOG_LEVEL: oneOf(['debug', 'info', 'warn', 'error', 'fatal'], {
    default: 'info',
    description: 'Least important level that is logged.',
  }),
  HOST: text({ default: '::', description: 'Address to listen on; :: is all of IPv6 and IPv4, 0.0.0.0 all of IPv4.' }),
  MANAGEMENT_PORT: port({ default: 9464, description: 'Port of /livez, /readyz and /metrics.' }),
  POD_NAME: text({
    default: hostname(),
    description: 'Instance name; the default is the host name.',
  }),
  SHUTDOWN_TIMEOUT_MS: integer({
    default: 50 * SECOND_MS,
    min: 100,
    max: 3_600 * SECOND_MS,
    description: 'A stop that takes longer is cut off, in milliseconds. Keep it below terminationGracePeriodSeconds.',
  }),
  ENDPOINT_SETTLE_MS: integer({
    default: 2 * SECOND_MS,
    max: 120 * SECOND_MS,
    description: 'How long a draining pod still accepts, until no proxy sends to it any more, in milliseconds.',
  }),
  TRUSTED_PROXIES: integer({
    default: 0,
    max: 16,
    description: 'How many proxies in front append to X-Forwarded-For; the exact number, or addresses can be forged.',
  }),
  ALLOWED_ORIGINS: origins({
    default: [],
    description:
      'Origins whose pages may open sockets and call the APIs, comma-separated; `*` is any, none means the same host only.',
  }),
  KEEP_ALIVE_TIMEOUT_MS: integer({
    default: 620 * SECOND_MS,
    min: 1_000,
    max: 86_400 * SECOND_MS,
    description: 'How long an idle HTTP connection is kept, in milliseconds; longer than any proxy in front keeps it.',
  }),
  STRICT_TRANSPORT_SECURITY: text({
    default: 'max-age=31536000',
    pattern: /^max-age=\d+(; ?includeSubDomains)?(; ?preload)?$/,
    description: 'Value of that header; includeSubDomains binds every host below this one.',
  }),
  INTERNAL_SECRET: secret({ description: 'Shared secret that services present on internal calls.' }),
};

/** How to reach PostgreSQL: by URL, or by parts. */
export const databaseVariables = {
  DATABASE_URL: secret({
    optional: true,
    description: 'postgres://user:password@host:port/name; or set DATABASE_HOST.',
  }),
  DATABASE_HOST: optionalText({ description: 'Host of PostgreSQL, where DATABASE_URL is not set.' }),
  DATABASE_PORT: port({ default: 5432, description: 'Port of PostgreSQL.' }),
  DATABASE_NAME: text({ default: 'chatapp', description: 'Name of the database.' }),
  DATABASE_USER: optionalText({ description: 'Role to log in as.' }),
  DATABASE_PASSWORD: secret({ optional: true, description: 'Password of that role.' }),
  DATABASE_TLS_CA_FILE: optionalText({ description: 'CA certificates, a file or a directory; turns verified TLS on.' }),
  DATABASE_POOL_SIZE: integer({ default: 10, min: 1, max: 1_000, description: 'Maximum connections of this process.' }),
};

/** How to reach Kafka. */
export const kafkaVariables = {
  KAFKA_BROKERS: hostPorts({ description: 'Brokers to start from: host:port,[IPv6]:port.' }),
  KAFKA_TLS_CA_FILE: optionalText({ description: 'CA certificates: a file, or a directory of ca*.crt; turns TLS on.' }),
  KAFKA_TLS_CERTIFICATE_FILE: optionalText({ description: 'Client certificate file (mTLS).' }),
  KAFKA_TLS_KEY_FILE: optionalText({ description: 'Key file of the client certificate.' }),
  KAFKA_SASL_USERNAME: optionalText({ description: 'SASL user; turns SASL on.' }),
  KAFKA_SASL_PASSWORD: secret({ optional: true, description: 'SASL password.' }),
  KAFKA_SASL_MECHANISM: oneOf(['scram-sha-512', 'scram-sha-256', 'plain'], {
    default: 'scram-sha-512',
    description: 'SASL mechanism.',
  }),
  KAFKA_CLIENT_ID: text({ default: hostname(), description: 'Client id in broker logs; the default is the pod name.' }),
};

/** How to reach Redis: one server by URL, or Sentinels. */
export const redisVariables = {
  REDIS_URL: text({
    default: 'redis://localhost:6379',
    description: 'redis://host:port; unused where REDIS_SENTINELS is set.',
  }),
  REDIS_SENTINELS: hostPorts({ default: [], description: 'Sentinels: host:port,[IPv6]:port.' }),
  REDIS_SENTINEL_NAME: text({ default: 'mymaster', description: 'Name of the master that the Sentinels watch.' }),
  REDIS_USERNAME: optionalText({ description: 'ACL user.' }),
  REDIS_PASSWORD: secret({ optional: true, description: 'Password.' }),
  REDIS_TLS: flag({ default: false, description: 'Speak TLS to Redis.' }),
  REDIS_TLS_CA_FILE: optionalText({
    description: 'CA certificates for REDIS_TLS, a file or a directory; the default is the system CAs.',
  }),
};

/** Where access tokens come from; for services that verify them. */
export const tokenVariables = {
  JWKS_URL: httpUrl({ description: 'Address of the published keys.' }),
  TOKEN_ISSUER: text({ default: 'chat-app', description: 'Required `iss` of access tokens.' }),
  TOKEN_AUDIENCE: text({ default: 'chat-app', description: 'Required `aud` of access tokens.' }),
};
