import type { Database } from '@chat-app/database';
import type { Fanout } from '@chat-app/fanout';
import type { Audit, Logger, NetworkLimiter } from '@chat-app/platform';
import type { RateLimiter } from '@chat-app/timing';
import type { TokenSigner } from '@chat-app/tokens';
import type { AuthenticationConfiguration } from './configuration';
import type { AuthenticationMetrics } from './metrics';
import type { BreachedPasswords } from './passwords/breached-passwords';
import type { Passwords } from './passwords/passwords';
import type { AccountThrottle } from './throttling/account-throttle';
import type { TokenLimits } from './throttling/token-limits';

/** What the verbs of this service work with. */
export interface Context {
  readonly database: Database;
  readonly fanout: Fanout;
  readonly signer: TokenSigner;
  readonly configuration: AuthenticationConfiguration;
  readonly logger: Logger;
  readonly audit: Audit;
  readonly metrics: AuthenticationMetrics;
  /** Milliseconds of a clock that never jumps. */
  readonly now: () => number;
  readonly passwords: Passwords;
  /** Absent where the operator named no service that knows them. */
  readonly breached?: BreachedPasswords;
  readonly accounts: AccountThrottle;
  /** Failed logins by address. */
  readonly loginAddresses: NetworkLimiter;
  /** Device proofs that prove nothing, by address. */
  readonly deviceProofAddresses: NetworkLimiter;
  /** Registrations by address. */
  readonly registrationAddresses: NetworkLimiter;
  /** Calls with an access token, by the user who asks. */
  readonly calls: RateLimiter;
  /** Names looked up, by the user who asks. */
  readonly lookups: RateLimiter;
  /** Looks into the directory, from one address. */
  readonly lookupAddresses: NetworkLimiter;
  /** Uses of refresh tokens, by address and by session. */
  readonly tokenLimits: TokenLimits;
}
