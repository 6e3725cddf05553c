import type { commonVariables, Configuration } from '../configuration';
import type { HttpServerOptions } from './express-server';

type CommonConfiguration = Configuration<typeof commonVariables>;
type FromConfiguration = Required<
  Pick<
    HttpServerOptions,
    | 'host'
    | 'path'
    | 'keepAliveTimeoutMs'
    | 'trustedProxies'
    | 'allowedOrigins'
    | 'requireTls'
    | 'strictTransportSecurity'
  >
>;

/** What every public HTTP server takes from the common variables. */
export function httpOptionsFrom(configuration: Omit<CommonConfiguration, 'INTERNAL_SECRET'>): FromConfiguration {
  return {
    host: configuration.HOST,
    path: configuration.PUBLIC_PATH,
    keepAliveTimeoutMs: configuration.KEEP_ALIVE_TIMEOUT_MS,
    trustedProxies: configuration.TRUSTED_PROXIES,
    allowedOrigins: configuration.ALLOWED_ORIGINS,
    requireTls: configuration.REQUIRE_TLS,
    strictTransportSecurity: configuration.STRICT_TRANSPORT_SECURITY,
  };
}
