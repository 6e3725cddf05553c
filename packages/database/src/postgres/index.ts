export { postgresVariables } from './postgres-variables';
export {
  createPostgresDatabase,
  postgresFromConfiguration,
  type PostgresDatabaseOptions,
  type PostgresTimeouts,
} from './database-postgres';
