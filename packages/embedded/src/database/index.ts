export { createPgliteDatabase, type PgliteDatabaseOptions } from './database-pglite';
