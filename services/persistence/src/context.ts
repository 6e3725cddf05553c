import type { Database } from '@chat-app/database';
import type { Fanout } from '@chat-app/fanout';
import type { Logger } from '@chat-app/platform';
import type { UserClient } from './peers/user-client';
import type { CallerBudgets } from './caller-budgets';
import type { PersistenceSettings } from './configuration';
import type { PersistenceMetrics } from './metrics';
import type { ReceiptTeller } from './receipts/tell-receipts';

/** What the verbs of the service share. */
export interface Context {
  database: Database;
  fanout: Fanout;
  authentication: UserClient;
  settings: PersistenceSettings;
  budgets: CallerBudgets;
  receipts: ReceiptTeller;
  metrics: PersistenceMetrics;
  logger: Logger;
}
