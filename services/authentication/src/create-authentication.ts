import type { Database } from '@chat-app/database';
import type { Fanout } from '@chat-app/fanout';
import { NetworkLimiter, type Audit, type Logger, type Metrics, type Route } from '@chat-app/platform';
import { perMinute, RateLimiter } from '@chat-app/timing';
import type { SessionSource, TokenSigner } from '@chat-app/tokens';
import { internalRoutes } from './internal-routes';
import { changePasswordRoute } from './passwords/change-password';
import type { AuthenticationConfiguration } from './configuration';
import type { Context } from './context';
import { logInRoutes } from './sessions/log-in';
import { logOutRoute } from './sessions/log-out';
import { changeUserRoute } from './accounts/change-user';
import { lookUpUserRoutes } from './accounts/look-up-user';
import { searchDirectoryRoute } from './accounts/search-directory';
import { declareMetrics, type AuthenticationMetrics } from './metrics';
import { BreachedPasswords } from './passwords/breached-passwords';
import { Passwords } from './passwords/passwords';
import { prepareStore } from './prepare-store';
import { publishKeysRoute } from './keys/publish-keys';
import { refreshSessionRoute } from './sessions/refresh-session';
import { registerRoute } from './accounts/register';
import { endSessionsRoutes } from './sessions/end-sessions';
import { ownSessions } from './sessions/list-ended';
import { listSessionsRoute } from './sessions/list-sessions';
import { sweepInBackground } from './sessions/sweep-expired';
import { AccountThrottle } from './throttling/account-throttle';
import { CALLS_PER_USER_PER_MINUTE, limitCallers } from './throttling/limit-callers';
import { createTokenLimits, OVERFLOW } from './throttling/token-limits';

/** So many times what one user may look up may all users of one address. */
const LOOKUP_USERS_OF_ADDRESS = 10;

export interface AuthenticationDependencies {
  database: Database;
  fanout: Fanout;
  signer: TokenSigner;
  configuration: AuthenticationConfiguration;
  logger: Logger;
  audit: Audit;
  metrics: Metrics;
  /** Folder with the web page, served at `/` beside the routes. */
  pages?: string;
}

/** The service without its servers: whoever wires it serves the routes. */
export interface Authentication {
  /** The public API. */
  routes: readonly Route[];
  /** The internal API; its server must take bodies of INTERNAL_BODY_BYTES. */
  internalRoutes: readonly Route[];
  /** Which sessions ended, for the verifier of the public API. */
  sessions: SessionSource;
  /** What to serve at `/` beside the public API. */
  pages: string | undefined;
  /**
   * Brings the schema up to date, creates the demo users where wanted, begins to sweep. Waits for a database that is unavailable
   * with backoff, until `close`. @throws PlatformError database_refused
   */
  start(): Promise<void>;
  /** Stops sweeping and waiting. Memoised. */
  close(): Promise<void>;
}

/**
 * Users, credentials and tokens.
 *
 * States: made → starting → started → closed. The routes may be called in any of them; before `started` a missing schema
 * makes them fail.
 */
export function createAuthentication(dependencies: AuthenticationDependencies): Authentication {
  const context = createContext(dependencies);
  const sweeper = sweepInBackground(context);
  const stopping = new AbortController();
  let closed: Promise<void> | undefined;
  return {
    routes: limitCallers(context, [
      registerRoute(context),
      ...logInRoutes(context),
      refreshSessionRoute(context),
      logOutRoute(context),
      listSessionsRoute(context),
      ...endSessionsRoutes(context),
      changePasswordRoute(context),
      ...lookUpUserRoutes(context),
      searchDirectoryRoute(context),
      changeUserRoute(context),
      publishKeysRoute(context),
    ]),
    internalRoutes: internalRoutes(context),
    sessions: ownSessions(context),
    pages: dependencies.pages,
    async start() {
      await prepareStore(context, stopping.signal);
      if (!stopping.signal.aborted) sweeper.start();
    },
    close() {
      stopping.abort();
      closed ??= sweeper.close();
      return closed;
    },
  };
}

function breachedPasswords(
  { BREACHED_PASSWORDS_URL: url, BREACHED_PASSWORDS_TIMEOUT_MS: timeoutMs }: AuthenticationConfiguration,
  { breachChecks: checks }: AuthenticationMetrics,
  logger: Logger,
): Pick<Context, 'breached'> {
  return url === undefined ? {} : { breached: new BreachedPasswords({ url, timeoutMs, checks, logger }) };
}

/** Makes what the verbs share. */
export function createContext(dependencies: AuthenticationDependencies): Context {
  const { database, fanout, signer, configuration, logger, audit } = dependencies;
  const metrics = declareMetrics(dependencies.metrics);
  return {
    database,
    fanout,
    signer,
    configuration,
    logger,
    audit,
    metrics,
    now: () => performance.now(),
    ...breachedPasswords(configuration, metrics, logger),
    passwords: new Passwords(metrics, configuration.PASSWORDS_WAITING),
    accounts: new AccountThrottle(database),
    loginAddresses: new NetworkLimiter(perMinute(configuration.FAILED_LOGINS_PER_MINUTE), OVERFLOW),
    deviceProofAddresses: new NetworkLimiter(perMinute(configuration.FAILED_LOGINS_PER_MINUTE), OVERFLOW),
    registrationAddresses: new NetworkLimiter(perMinute(configuration.REGISTRATIONS_PER_MINUTE), OVERFLOW),
    calls: new RateLimiter(perMinute(CALLS_PER_USER_PER_MINUTE), OVERFLOW),
    lookups: new RateLimiter(perMinute(configuration.LOOKUPS_PER_USER_PER_MINUTE), OVERFLOW),
    lookupAddresses: new NetworkLimiter(
      perMinute(LOOKUP_USERS_OF_ADDRESS * configuration.LOOKUPS_PER_USER_PER_MINUTE),
      OVERFLOW,
    ),
    tokenLimits: createTokenLimits(),
  };
}
