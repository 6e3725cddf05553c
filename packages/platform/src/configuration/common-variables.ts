import { hostname } from 'node:os';
import { PUBLIC_PATH } from '../http/public-path';
import { httpUrl, origins } from './addresses';
import { secret } from './secret';
import type { Variable } from './variable';
import { flag, integer, list, oneOf, text } from './variables';

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
  PUBLIC_PATH: text({
    default: '',
    pattern: PUBLIC_PATH,
    description: 'Path below which page, API and sockets are, `/chat` for instance; empty: the root.',
  }),
  TRUSTED_PROXIES: integer({
    default: 0,
    max: 16,
    description: 'How many proxies in front append to X-Forwarded-For; the exact number, or addresses can be forged.',
  }),
  REQUIRE_TLS: flag({
    default: false,
    description:
      'Whether requests are refused unless the outermost of TRUSTED_PROXIES says in X-Forwarded-Proto that they came by https.',
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
  INTERNAL_SECRET: secret({
    minLength: 16,
    description: 'Shared secret that services present on internal calls; at least 16 characters.',
  }),
};

/** Where access tokens come from; for services that verify them. */
export const tokenVariables = {
  JWKS_URL: httpUrl({ description: 'Address of the published keys.' }),
  TOKEN_ISSUER: text({ default: 'chat-app', description: 'Required `iss` of access tokens.' }),
  TOKEN_AUDIENCE: text({ default: 'chat-app', description: 'Required `aud` of access tokens.' }),
  REVOKED_KEY_IDS: list({
    default: [],
    description: 'Ids of signing keys that count no more, comma-separated: their tokens are refused at once.',
  }),
};
