import { ERRORS, type ErrorCode } from '@chat-app/protocol';
import type { Database } from '@chat-app/database';
import type { Fanout } from '@chat-app/fanout';
import { httpError, type HttpError, type Logger } from '@chat-app/platform';
import type { AuthenticationClient } from './peers/authentication-client';
import type { CallerBudgets } from './caller-budgets';
import type { PersistenceSettings } from './configuration';
import type { PersistenceMetrics } from './metrics';

/** What the verbs of the service share. */
export interface Context {
  database: Database;
  fanout: Fanout;
  authentication: AuthenticationClient;
  settings: PersistenceSettings;
  budgets: CallerBudgets;
  metrics: PersistenceMetrics;
  logger: Logger;
}

/** The error that answers a caller with a code of the protocol. */
export function refusal(code: ErrorCode, message?: string, retryAfterMs?: number): HttpError {
  return httpError(ERRORS, code, message, retryAfterMs);
}
