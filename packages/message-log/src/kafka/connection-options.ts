import { readFileSync } from 'node:fs';
import net from 'node:net';
import tls from 'node:tls';
import { trustedCertificates, type Secret, type TrustedCertificates } from '@chat-app/platform';

/** Files are read again for each connection, so that renewed certificates are used from the next reconnect on. */
export interface KafkaTlsOptions {
  /** CA certificates in PEM, a file or a directory of `ca*.crt`; the system's where undefined. */
  caFile?: string;
  /** Client certificate and key in PEM, for mTLS: both or none. */
  certificateFile?: string;
  keyFile?: string;
}

export interface KafkaSaslOptions {
  mechanism: 'scram-sha-512' | 'scram-sha-256' | 'plain';
  username: string;
  /** Read for each authentication. */
  password: Secret;
}

/** What kafkajs hands to a socket factory. */
interface SocketRequest {
  host: string;
  port: number;
  onConnect: () => void;
}

const KEEP_ALIVE_MS = 10_000;

/**
 * A broker to start from as kafkajs takes it. It cuts the text at its first colon, so those of an IPv6 address are
 * encoded; `socketFactory` gets them back.
 */
export function seedBroker(address: string): string {
  const [, host, port] = /^\[(.+)\]:(\d+)$/.exec(address) ?? [];
  return host === undefined || port === undefined ? address : `${encodeURIComponent(host)}:${port}`;
}

/** Makes a connection to a broker: plain, or TLS with the certificate verified. */
export function socketFactory(options: KafkaTlsOptions | undefined): (request: SocketRequest) => net.Socket {
  let trusted: TrustedCertificates | undefined;
  return ({ host: encoded, port, onConnect }) => {
    const host = encoded.includes(':') ? encoded : decodeURIComponent(encoded);
    if (options?.caFile !== undefined) trusted ??= trustedCertificates(options.caFile);
    const socket =
      options === undefined
        ? net.connect({ host, port }, onConnect)
        : tls.connect({ host, port, ...serverName(host), ...contextOf(options, trusted) }, onConnect);
    socket.setNoDelay(true);
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    return socket;
  };
}

/** An IP address is no server name (RFC 6066, section 3). */
function serverName(host: string): { servername?: string } {
  return net.isIP(host) === 0 ? { servername: host } : {};
}

function contextOf(
  { certificateFile, keyFile }: KafkaTlsOptions,
  trusted: TrustedCertificates | undefined,
): tls.SecureContextOptions {
  return {
    ...(trusted !== undefined && { ca: trusted.read() }),
    ...(certificateFile !== undefined && { cert: readFileSync(certificateFile) }),
    ...(keyFile !== undefined && { key: readFileSync(keyFile) }),
  };
}

/** kafkajs reads `password` when it authenticates: a getter gives it the secret of that moment. */
export function saslOptions({ mechanism, username, password }: KafkaSaslOptions): {
  mechanism: KafkaSaslOptions['mechanism'];
  username: string;
  readonly password: string;
} {
  return {
    mechanism,
    username,
    get password() {
      return password.read();
    },
  };
}
