/** The port. Its adapter for PostgreSQL is `@chat-app/database/postgres`; what adapters are made of, `@chat-app/database/adapter`. */
export type * from './database';
export { BEFORE_ALL_IDS } from './before-all-ids';
export { whenAvailable } from './when-available';
