import { backoffMs } from '@chat-app/timing';
import {
  configurationInvalid,
  decodeUrlPart,
  parseHostPort,
  trustedCertificates,
  type Configuration,
  type Secret,
  type Logger,
  type Metrics,
} from '@chat-app/platform';
import type { redisVariables } from './redis-variables';

export interface RedisFanoutOptions {
  /** redis://host:port, or rediss:// for TLS; unused with Sentinels and with a cluster. */
  url?: string | undefined;
  /** host:port of each Sentinel. */
  sentinels?: readonly string[] | undefined;
  /** Name of the master that the Sentinels watch. */
  sentinelName?: string | undefined;
  /** host:port of some nodes of a cluster: the others are found through any of them. */
  cluster?: readonly string[] | undefined;
  /** ACL user; what it needs is in docs/operations.md. */
  username?: string | undefined;
  /** Read again for every new connection. */
  password?: Secret | undefined;
  tls?: boolean | undefined;
  /** CA certificates that the server's must come from: a file or a directory, read for each connection. */
  tlsCaFile?: string | undefined;
  /** Names this pod in its canary's channel and among the server's connections. */
  podName: string;
  logger: Logger;
  metrics: Metrics;
  /** How often the canary is sent; 3 s. */
  canaryIntervalMs?: number;
}

const DEFAULT_PORT = 6379;
const RECONNECT = { firstMs: 50, maxMs: 2_000 };

/**
 * What both connections share, as the library `ioredis` takes it, to the server that the options name or to this node of a
 * cluster. @throws PlatformError configuration_invalid
 */
export function connectionOptions(options: RedisFanoutOptions, node?: HostPort) {
  const { sentinels = [], sentinelName = 'mymaster', username, password, podName } = options;
  const address: (HostPort & Partial<RedisAddress>) | undefined =
    node ?? (sentinels.length > 0 ? undefined : serverOf(options.url));
  const secret = password?.read() ?? address?.password;
  const user = username ?? address?.username;
  const tls = options.tls === true || address?.tls === true ? tlsOptions(options.tlsCaFile, address?.host) : undefined;
  return {
    ...(address === undefined
      ? { sentinels: sentinels.map(sentinelAddress), name: sentinelName, ...sentinelLogin(secret) }
      : { host: address.host, port: address.port }),
    ...(user !== undefined && { username: user }),
    ...(secret !== undefined && { password: secret }),
    ...(tls !== undefined && { tls, enableTLSForSentinelMode: address === undefined, sentinelTLS: tls }),
    connectionName: podName.replaceAll(/\s/g, '_'),
    // Half-open connections are given up, not said goodbye to.
    disconnectTimeout: 250,
    connectTimeout: 3_000,
    keepAlive: 10_000,
    // Nothing is queued for later: what could not be sent at once is told to the caller at once.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    // RESP2, where a connection that subscribed does nothing else. Nothing here needs RESP3.
    protocol: 2 as const,
  };
}

/** The variables of the group `redisVariables` as options. @throws PlatformError configuration_invalid */
export function addressFrom(configuration: Configuration<typeof redisVariables>) {
  if (configuration.REDIS_CLUSTER.length > 0 && configuration.REDIS_SENTINELS.length > 0) {
    throw configurationInvalid([{ variable: 'REDIS_CLUSTER', fault: 'must not be set beside REDIS_SENTINELS' }]);
  }
  return {
    cluster: configuration.REDIS_CLUSTER,
    url: configuration.REDIS_URL,
    sentinels: configuration.REDIS_SENTINELS,
    sentinelName: configuration.REDIS_SENTINEL_NAME,
    username: configuration.REDIS_USERNAME,
    password: configuration.REDIS_PASSWORD,
    tls: configuration.REDIS_TLS,
    tlsCaFile: configuration.REDIS_TLS_CA_FILE,
  };
}

/** Waits before reconnecting: doubling up to 2 s, the upper half of it by chance, so that pods do not come together. */
export function reconnectDelayMs(attempt: number): number {
  return Math.round(backoffMs(attempt, RECONNECT));
}

/** A Sentinel without a password takes any for the user `default`; one with a password has the same as Redis. */
function sentinelLogin(password: string | undefined) {
  return password === undefined ? {} : { sentinelUsername: 'default', sentinelPassword: password };
}

/** Puts the password as it is now into the options of a connection, for its next attempt to log in to either. */
export function refreshPassword(
  options: { password?: string | null | undefined; sentinels?: unknown; sentinelPassword?: string | undefined },
  password: Secret | undefined,
): void {
  if (password === undefined) return;
  options.password = password.read();
  if (options.sentinels !== undefined && options.sentinels !== null) {
    Object.assign(options, sentinelLogin(options.password));
  }
}

/** The library copies these for each connection, so the getter gives the file's certificates of that moment. */
function tlsOptions(caFile: string | undefined, host: string | undefined) {
  // For a name; the certificate of an address is checked against the address.
  const servername = host !== undefined && !/^[\d.]+$|:/.test(host) ? { servername: host } : {};
  if (caFile === undefined) return servername;
  const certificates = trustedCertificates(caFile);
  return {
    ...servername,
    get ca() {
      return certificates.read();
    },
  };
}

interface HostPort {
  host: string;
  port: number;
}

interface RedisAddress extends HostPort {
  username?: string;
  password?: string;
  tls: boolean;
}

function serverOf(url: string | undefined): RedisAddress {
  return parseRedisUrl(url ?? `redis://localhost:${DEFAULT_PORT}`);
}

/** @throws PlatformError configuration_invalid, without repeating the URL: it may hold a password */
export function parseRedisUrl(url: string): RedisAddress {
  const fault = (text: string) => configurationInvalid([{ variable: 'REDIS_URL', fault: text }]);
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !['redis:', 'rediss:'].includes(parsed.protocol) || parsed.hostname === '') {
    throw fault('must be a URL: redis://host:port');
  }
  if (!['', '/', '/0'].includes(parsed.pathname)) throw fault('must name no database: channels belong to none');
  const [username, password] = [parsed.username, parsed.password].map(decodeUrlPart);
  if (username === undefined || password === undefined) {
    throw fault('has a % that begins no code of a character; write a % itself as %25');
  }
  return {
    host: parsed.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: parsed.port === '' ? DEFAULT_PORT : Number(parsed.port),
    ...(username !== '' && { username }),
    ...(password !== '' && { password }),
    tls: parsed.protocol === 'rediss:',
  };
}

function sentinelAddress(text: string): HostPort {
  return parseAddress(text, 'REDIS_SENTINELS');
}

/** The nodes of the cluster that the options name. @throws PlatformError configuration_invalid */
export function clusterAddresses(cluster: readonly string[]): HostPort[] {
  return cluster.map((address) => parseAddress(address, 'REDIS_CLUSTER'));
}

function parseAddress(text: string, variable: string): HostPort {
  const address = parseHostPort(text);
  if (address !== undefined) return address;
  throw configurationInvalid([{ variable, fault: 'must be a list of host:port' }]);
}
