/** The check stands where the proxy stands: what it sends has left the network of clients, and TLS with it. */
export const BEHIND_TLS = { 'x-forwarded-proto': 'https' };
