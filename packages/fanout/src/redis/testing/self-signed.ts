import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** Files of a certificate and its key. */
export interface CertificateFiles {
  certificate: string;
  key: string;
}

/** Makes a certificate for this machine that vouches for itself, by openssl, for a day. */
export function selfSigned(directory: string, name: string): CertificateFiles {
  const [certificate, key] = [join(directory, `${name}.crt`), join(directory, `${name}.key`)];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  const files = ['-keyout', key, '-out', certificate];
  const options = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1'];
  execFileSync('openssl', [...options, ...subject, ...files], { stdio: 'ignore' });
  return { certificate, key };
}

/** Arguments of redis-server that speaks TLS alone on its port. */
export function tlsArguments({ certificate, key }: CertificateFiles): string[] {
  const files = ['--tls-cert-file', certificate, '--tls-key-file', key, '--tls-ca-cert-file', certificate];
  return ['--tls-auth-clients', 'no', ...files];
}
