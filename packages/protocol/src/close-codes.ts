/** The number of each reason for a close: all that a client in a page needs of them. */
export const CLOSE = {
  normal: 1000,
  unsupported_data: 1003,
  message_too_big: 1009,
  internal_error: 1011,
  service_restart: 1012,
  slow: 4000,
  token_expired: 4001,
  ping_timeout: 4002,
  rate_limited: 4003,
  lagging: 4004,
  restored: 4005,
  signed_out: 4500,
  too_many_connections: 4501,
  protocol_violation: 4502,
} as const;

/**
 * WebSocket close codes. The range carries the policy: 4000-4499 connect again (with jittered backoff), 4500-4999 do not
 * before something changed. Of the standard codes (RFC 6455, section 7.4.1, and its registry) a client connects again after
 * 1001, 1005, 1006 and 1011 to 1014, and must not after 1000, 1002, 1003, 1007, 1008, 1009 and 1010: the same bytes would
 * fail again.
 */
export const CLOSE_CODES = {
  normal: { code: CLOSE.normal, action: 'Nothing: one side was done.' },
  unsupported_data: { code: CLOSE.unsupported_data, action: 'Send text frames only.' },
  message_too_big: { code: CLOSE.message_too_big, action: 'Keep frames below welcome.limits.frame_bytes.' },
  internal_error: { code: CLOSE.internal_error, action: 'Connect again with backoff.' },
  service_restart: {
    code: CLOSE.service_restart,
    action: 'Connect again after a random delay; another pod takes over.',
  },
  slow: { code: CLOSE.slow, action: 'Connect again and read faster; what was missed comes from the inbox.' },
  token_expired: { code: CLOSE.token_expired, action: 'Refresh the token, then connect again.' },
  ping_timeout: { code: CLOSE.ping_timeout, action: 'Connect again; no pong came in time.' },
  rate_limited: { code: CLOSE.rate_limited, action: 'Connect again with backoff and send more slowly.' },
  lagging: { code: CLOSE.lagging, action: 'Connect again; this connection could not be brought up to date.' },
  restored: {
    code: CLOSE.restored,
    action: 'Connect again; welcome.epoch is another: forget the position and read afresh.',
  },
  signed_out: { code: CLOSE.signed_out, action: 'Log in again: the session was ended.' },
  too_many_connections: { code: CLOSE.too_many_connections, action: 'Close another connection of this user first.' },
  protocol_violation: {
    code: CLOSE.protocol_violation,
    action: 'Correct the client: it kept sending frames that cannot be read.',
  },
} as const satisfies Record<string, { code: number; action: string }>;

/** Every reason for which a server closes a connection. */
export type CloseReason = keyof typeof CLOSE_CODES;

/** Whether a client should connect again after a close with this code. */
export function mayReconnect(code: number): boolean {
  if (code >= 4000 && code <= 4499) return true;
  return code === 1001 || code === 1005 || code === 1006 || (code >= 1011 && code <= 1014);
}
