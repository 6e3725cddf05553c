import { backendAddress, describeWithBackend } from '../../../../test/testing/backends';
import { secretOf, silentLogger, Metrics } from '@chat-app/platform';
import type { Database } from '../database';
import { describeDatabaseContract } from '../database.contract';
import { createPostgresDatabase, type PostgresDatabaseOptions } from './database-postgres';

const open = (options: Partial<PostgresDatabaseOptions> = {}): Database =>
  createPostgresDatabase({
    url: secretOf(backendAddress('postgres')),
    applicationName: 'contract',
    poolSize: 4,
    logger: silentLogger,
    metrics: new Metrics('test'),
    ...options,
  });

describeWithBackend('postgres', 'PostgreSQL', () => {
  describeDatabaseContract('PostgreSQL', async () => {
    const database = open();
    for (const schema of ['contract', 'contract_two', 'contract_three']) {
      await database.query({ name: 'drop_schema', text: `drop schema if exists ${schema} cascade` });
    }
    return database;
  });
});
