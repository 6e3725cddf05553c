import { configurationInvalid, decodeUrlPart } from '@chat-app/platform';

/** Where a PostgreSQL is, and as whom to log in. */
export interface PostgresAddress {
  host: string;
  port: number;
  database: string;
  user?: string;
  password?: string;
  /** Speak TLS and verify the server. */
  tls: boolean;
}

/** `sslmode` of libpq (section 34.18.1). Where it asks for TLS at all it is verified: anything less protects nobody. */
const TLS_MODES: Readonly<Record<string, boolean>> = {
  disable: false,
  allow: false,
  prefer: false,
  require: true,
  'verify-ca': true,
  'verify-full': true,
};

/**
 * Reads `postgres://user:password@host:port/database?sslmode=…`.
 * @throws PlatformError configuration_invalid, without repeating the URL: it holds a password
 */
export function parsePostgresUrl(url: string): PostgresAddress {
  const fault = (text: string) => configurationInvalid([{ variable: 'DATABASE_URL', fault: text }]);
  if (!URL.canParse(url)) throw fault('must be a URL: postgres://user:password@host:port/database');
  const parsed = new URL(url);
  if (!['postgres:', 'postgresql:'].includes(parsed.protocol)) {
    throw fault('must begin with postgres:// or postgresql://');
  }
  const mode = parsed.searchParams.get('sslmode') ?? 'prefer';
  const tls = TLS_MODES[mode];
  if (tls === undefined) throw fault(`has an unknown sslmode; use one of ${Object.keys(TLS_MODES).join(', ')}`);
  if (parsed.hostname === '') throw fault('must name a host');
  const [database, user, password] = [parsed.pathname.slice(1), parsed.username, parsed.password].map(decodeUrlPart);
  if (database === undefined || user === undefined || password === undefined) {
    throw fault('has a % that begins no code of a character; write a % itself as %25');
  }
  if (database === '') throw fault('must name a database: postgres://user:password@host:port/database');
  return {
    host: parsed.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: parsed.port === '' ? 5432 : Number(parsed.port),
    database,
    ...(user !== '' && { user }),
    ...(password !== '' && { password }),
    tls,
  };
}
