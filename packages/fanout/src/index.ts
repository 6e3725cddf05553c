/** The port. Its adapter for Redis is `@chat-app/fanout/redis`; what adapters are made of, `@chat-app/fanout/adapter`. */
export type * from './fanout';
export type * from './presence-leases';
