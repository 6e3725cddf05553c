import { BackgroundLoop } from '@chat-app/platform';
import type { Context } from '../context';
import { deleteExpiredDeviceProofs } from '../devices/sql/delete-expired-device-proofs';
import { deleteExpiredRefreshTokens } from './sql/delete-expired-refresh-tokens';
import { deleteExpiredSessions } from './sql/delete-expired-sessions';
import { deleteStaleThrottles } from '../throttling/sql/delete-stale-throttles';
import { takeOperatorActs } from '../tools/sql/take-operator-acts';
import { THROTTLE_RULE } from '../throttling/account-throttle';

const SWEEP_INTERVAL_MS = 60_000;
const ROWS_PER_STATEMENT = 1_000;
const STATEMENTS_PER_TABLE = 20;

/** Ended sessions are kept while an access token of theirs may live: the websocket pods ask about them. */
const SESSION_KEPT_S = 86_400;

/**
 * Deletes what expired in the background. All pods do, and skip each other's rows. Its owner starts and closes it.
 */
export function sweepInBackground(context: Context, intervalMs: number = SWEEP_INTERVAL_MS): BackgroundLoop {
  return new BackgroundLoop({
    intervalMs,
    run: () => sweepExpired(context),
    onFailure: (error) => context.logger.warn('expired rows were not swept; the next run tries again', { error }),
  });
}

/**
 * Writes what operators did to the audit log of whichever pod comes first: their tools end with their own output. Written before
 * the notes are gone for good: rather twice than not at all.
 */
function writeOperatorActs({ database, audit }: Context): Promise<void> {
  return database.transaction(async (transaction) => {
    for (const { act, user_id, at } of await takeOperatorActs(transaction, ROWS_PER_STATEMENT)) {
      audit.record({ action: 'operate', outcome: 'succeeded', route: act, user_id, at: at.toISOString() });
    }
  });
}

/**
 * Deletes what expired: sessions, refresh tokens, device proofs, throttle counts. Bounded in rows and statements.
 * @throws PlatformError
 */
export async function sweepExpired(context: Context): Promise<void> {
  const { database, configuration } = context;
  await writeOperatorActs(context);
  const keptS = Math.max(SESSION_KEPT_S, 2 * configuration.ACCESS_TOKEN_TTL_S);
  const deletions = {
    sessions: (limit: number) => deleteExpiredSessions(database, keptS, limit),
    refresh_tokens: (limit: number) => deleteExpiredRefreshTokens(database, limit),
    device_proofs: (limit: number) => deleteExpiredDeviceProofs(database, limit),
    login_throttles: (limit: number) => deleteStaleThrottles(database, THROTTLE_RULE.forgetAfterS, limit),
  };
  for (const [table, deleteRows] of Object.entries(deletions)) {
    for (let statements = 0; statements < STATEMENTS_PER_TABLE; statements += 1) {
      const deleted = await deleteRows(ROWS_PER_STATEMENT);
      context.metrics.swept.inc({ table }, deleted);
      if (deleted < ROWS_PER_STATEMENT) break;
    }
  }
}
