import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from '@chat-app/database';
import type { Fanout, PresenceLeases } from '@chat-app/fanout';
import type { Audit, Logger, Metrics, CleanupStack } from '@chat-app/platform';
import type { MessageLog } from '@chat-app/message-log';
import { createSigningKey, createTokenSigner, type TokenSigner } from '@chat-app/tokens';
import { createPgliteDatabase } from '@chat-app/embedded/database';
import { createEmbeddedFanout, EmbeddedPresenceLeases } from '@chat-app/embedded/fanout';
import { createEmbeddedMessageLog } from '@chat-app/embedded/message-log';

/** What everything in this process shares. */
export interface Shared {
  logger: Logger;
  audit: Audit;
  metrics: Metrics;
  cleanup: CleanupStack;
}

/** The three ports on adapters that need nothing but a folder, and what signs tokens. */
export interface EmbeddedBackends {
  database: Database;
  log: MessageLog;
  fanout: Fanout;
  leases: PresenceLeases;
  signer: TokenSigner;
}

export const TOKEN_SCOPE = { issuer: 'chat-app', audience: 'chat-app' } as const;
/** One process verifies with the keys it signs with: a new key may sign at once. */
const PUBLISH_BEFORE_USE_S = 0;

/** Opens the database and the signing key in the folder, which exists. @throws PlatformError illegal_state where another process has it */
export async function openEmbeddedBackends(
  directory: string,
  accessTtlS: number,
  { logger, metrics, cleanup }: Shared,
): Promise<EmbeddedBackends> {
  const database = await createPgliteDatabase({ directory, logger, metrics });
  cleanup.add('database', () => database.close());
  const log = createEmbeddedMessageLog({ logger, metrics });
  cleanup.add('message log', () => log.close());
  const fanout = createEmbeddedFanout();
  cleanup.add('fan-out', () => fanout.close());
  const signer = createTokenSigner({
    ...TOKEN_SCOPE,
    directory: signingKeys(directory),
    accessTtlS,
    publishBeforeUseS: PUBLISH_BEFORE_USE_S,
    logger,
  });
  return { database, log, fanout, leases: new EmbeddedPresenceLeases(), signer };
}

/** The folder of signing keys; one is made at the first start. */
function signingKeys(directory: string): string {
  const keys = join(directory, 'signing-keys');
  mkdirSync(keys, { recursive: true, mode: 0o700 });
  if (!readdirSync(keys).some((file) => file.endsWith('.pem'))) createSigningKey(keys);
  return keys;
}
