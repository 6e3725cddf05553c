/**
 * What needs no schema library: the bytes of a page are dear. The client takes values from here, and types alone from the
 * whole.
 */
export * from './limits';
export * from './identifiers';
export * from './emoji';
export * from './error-codes';
export * from './close-codes';
export * from './content';
export * from './custom-data-fault';
export * from './username';
export * from './frames/subprotocol';
