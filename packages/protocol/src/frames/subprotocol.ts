/** The WebSocket subprotocol. A server speaks it also to a client that offers none. */
export const SUBPROTOCOL = 'chat.v1';
/** Prefix of the offered subprotocol in which a browser carries its token: `bearer.<jwt>`. It is never echoed. */
export const BEARER_SUBPROTOCOL_PREFIX = 'bearer.';
