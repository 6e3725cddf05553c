import { DEAD_MESSAGES_TOPIC, MESSAGES_TOPIC } from '@chat-app/protocol';
import { whenAvailable, type Database } from '@chat-app/database';
import type { Fanout } from '@chat-app/fanout';
import type { Logger, Metrics, Route } from '@chat-app/platform';
import type { MessageLog, Subscription } from '@chat-app/message-log';
import { archiveDeadMessages } from './storing/archive-dead-messages';
import type { UserClient } from './peers/user-client';
import { settingsFrom, type PersistenceConfiguration } from './configuration';
import { CallerBudgets } from './caller-budgets';
import { DeviceSweeper } from './retention/sweep-devices';
import { Instance } from './inbox/register-instance';
import { Retention } from './retention/run-retention';
import { MessageConsumer } from './storing/message-consumer';
import type { Context } from './context';
import { createPersistenceMetrics } from './metrics';
import { MIGRATIONS, SCHEMA } from './migrations';
import { ReceiptTeller } from './receipts/tell-receipts';
import { internalRoutes, publicRoutes } from './routes';

/** Largest body of an internal call: 10,000 cursors with room to spare. */
export const INTERNAL_BODY_BYTES = 2 * 1024 * 1024;
/** Largest body of a public call: a new group of 1,000 members. */
export const PUBLIC_BODY_BYTES = 64 * 1024;

export interface PersistenceDependencies {
  log: MessageLog;
  fanout: Fanout;
  database: Database;
  authentication: UserClient;
  configuration: PersistenceConfiguration;
  logger: Logger;
  metrics: Metrics;
}

/** The service without its servers: whoever wires it serves the routes. */
export interface Persistence {
  /** The public API; its server must take bodies of PUBLIC_BODY_BYTES. */
  routes: readonly Route[];
  /** The internal API; its server must take bodies of INTERNAL_BODY_BYTES. */
  internalRoutes: readonly Route[];
  /**
   * Brings the schema up to date, then begins to consume. Waits for a database that is unavailable with backoff, until `drain`.
   * Resolves when the consumers have joined their groups. @throws PlatformError database_refused
   */
  start(): Promise<void>;
  /** Stops consuming after the batches in flight. The routes go on. Memoised. */
  drain(): Promise<void>;
}

/**
 * Stores messages, and serves conversations, history and inboxes.
 *
 * States: made → starting → consuming → drained. The routes may be called in any of them; before the schema is there they
 * fail.
 */
export function createPersistence(dependencies: PersistenceDependencies): Persistence {
  const { log, fanout, database, authentication, logger } = dependencies;
  const settings = settingsFrom(dependencies.configuration);
  const metrics = createPersistenceMetrics(dependencies.metrics);
  const budgets = new CallerBudgets(settings);
  const receipts = new ReceiptTeller({ database, fanout, metrics, logger });
  const context: Context = { database, fanout, authentication, settings, budgets, receipts, metrics, logger };
  const stopping = new AbortController();
  const subscriptions: Subscription[] = [];
  const instance = new Instance(database, logger);
  const sweeper = new DeviceSweeper(context);
  const retention = new Retention(context);
  let drained: Promise<void> | undefined;
  return {
    routes: publicRoutes(context),
    internalRoutes: internalRoutes(context),
    async start() {
      await whenAvailable(logger, stopping.signal, async () => {
        await database.migrate(SCHEMA, MIGRATIONS);
        // Before anything is consumed: what this pod does not know is announced no more.
        await instance.register();
      });
      if (stopping.signal.aborted) return;
      sweeper.start();
      const { groupId, batchRecords: maxBatchRecords, gatherMs } = settings;
      const consumer = new MessageConsumer(context);
      subscriptions.push(
        log.subscribe({ topic: MESSAGES_TOPIC, groupId, maxBatchRecords, gatherMs }, consumer.handle),
        log.subscribe(
          { topic: DEAD_MESSAGES_TOPIC, groupId: `${groupId}-dead-messages`, maxBatchRecords },
          archiveDeadMessages(context),
        ),
      );
      await Promise.all(subscriptions.map((subscription) => subscription.ready));
      if (!stopping.signal.aborted) retention.start();
    },
    drain() {
      stopping.abort();
      drained ??= Promise.all([
        ...subscriptions.map((subscription) => subscription.close()),
        sweeper.close(),
        retention.close(),
        receipts.close(),
      ]).then(() => instance.close());
      return drained;
    },
  };
}
