import { configurationInvalid, trustedCertificates, type Secret, type Logger, type Metrics } from '@chat-app/platform';
import { RESULT_PARSERS } from '../adapter/convert-values';
import { parsePostgresUrl, type PostgresAddress } from './postgres-address';

export interface PostgresDatabaseOptions {
  /** postgres://user:password@host:port/database; stands before the parts below. */
  url?: Secret | undefined;
  host?: string | undefined;
  port?: number;
  database?: string;
  user?: string | undefined;
  /** Read again for every new connection, so that a rotated one is taken up. */
  password?: Secret | undefined;
  /** CA certificates that the server's must come from; turns TLS on. A file or a directory, read for each connection. */
  tlsCaFile?: string | undefined;
  poolSize?: number;
  /** How the server's activity view names these connections. */
  applicationName: string;
  logger: Logger;
  metrics: Metrics;
  timeouts?: Partial<PostgresTimeouts>;
}

/** Bounds on every call, in milliseconds. */
export interface PostgresTimeouts {
  /** To get a connection: a new one, or one that another call gives back. */
  connectMs: number;
  /** A statement, and a lock within it; kept by the server. */
  statementMs: number;
  lockMs: number;
  /** A transaction that does nothing; kept by the server. */
  idleInTransactionMs: number;
  /** An answer that does not come at all: a link that died silently. More than `statementMs`. */
  answerMs: number;
}

export const POSTGRES_TIMEOUTS: PostgresTimeouts = {
  connectMs: 3_000,
  statementMs: 10_000,
  lockMs: 5_000,
  idleInTransactionMs: 10_000,
  answerMs: 12_000,
};
const KEEP_ALIVE_MS = 10_000;

/** Where the options lead. @throws PlatformError configuration_invalid */
export function addressOf(options: PostgresDatabaseOptions): PostgresAddress {
  const { url, host, port = 5432, database = 'chatapp', user, tlsCaFile } = options;
  if (url !== undefined) return parsePostgresUrl(url.read());
  if (host === undefined) {
    throw configurationInvalid([{ variable: 'DATABASE_HOST', fault: 'is not set; set it, or DATABASE_URL' }]);
  }
  return { host, port, database, ...(user !== undefined && { user }), tls: tlsCaFile !== undefined };
}

/** The options as the library `pg` takes them. */
export function clientConfig(options: PostgresDatabaseOptions, address: PostgresAddress, timeouts: PostgresTimeouts) {
  const { url, password, tlsCaFile, applicationName } = options;
  return {
    host: address.host,
    port: address.port,
    database: address.database,
    ...(address.user !== undefined && { user: address.user }),
    password: () => password?.read() ?? (url === undefined ? undefined : parsePostgresUrl(url.read()).password) ?? '',
    ssl: address.tls || tlsCaFile !== undefined ? verifiedTls(tlsCaFile) : false,
    application_name: applicationName,
    connectionTimeoutMillis: timeouts.connectMs,
    statement_timeout: timeouts.statementMs,
    lock_timeout: timeouts.lockMs,
    idle_in_transaction_session_timeout: timeouts.idleInTransactionMs,
    query_timeout: timeouts.answerMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    types: { getTypeParser: (oid: number) => RESULT_PARSERS.get(oid) ?? ((text: string) => text) },
  };
}

/** The library copies these for each connection, so the getter gives the file's certificates of that moment. */
function verifiedTls(caFile: string | undefined) {
  if (caFile === undefined) return { rejectUnauthorized: true };
  const certificates = trustedCertificates(caFile);
  return {
    rejectUnauthorized: true,
    get ca() {
      return certificates.read();
    },
  };
}
