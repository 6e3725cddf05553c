import { describeDatabaseContract } from './database.contract';
import { createPgliteDatabase } from './database-pglite';

describeDatabaseContract('PGlite', () => createPgliteDatabase({ directory: undefined }));
