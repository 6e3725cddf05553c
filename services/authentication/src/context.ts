import type { Database } from '@chat-app/database';
import type { Fanout } from '@chat-app/fanout';
import type { Audit, Logger } from '@chat-app/platform';
import type { TokenSigner } from '@chat-app/tokens';
import type { AuthenticationConfiguration } from './configuration';
import type { AuthenticationMetrics } from './metrics';
import type { Passwords } from './passwords/passwords';
import type { AccountThrottle } from './throttling/account-throttle';
import type { AddressThrottle } from './throttling/address-throttle';
import type { KeyedBudget } from './throttling/keyed-budget';
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
  readonly passwords: Passwords;
  readonly accounts: AccountThrottle;
  /** Failed logins by address. */
  readonly loginAddresses: AddressThrottle;
  /** Device proofs that prove nothing, by address. */
  readonly deviceProofAddresses: AddressThrottle;
  /** Registrations by address. */
  readonly registrationAddresses: AddressThrottle;
  /** Calls with an access token, by the user who asks. */
  readonly calls: KeyedBudget;
  /** Names looked up, by the user who asks. */
  readonly lookups: KeyedBudget;
  /** Uses of refresh tokens, by address and by session. */
  readonly tokenLimits: TokenLimits;
}
