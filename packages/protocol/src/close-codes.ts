/**
 * WebSocket close codes. The range carries the policy: 4000-4499 connect again (with jittered backoff), 4500-4999 do not
 * before something changed. Of the standard codes (RFC 6455, section 7.4.1) a client connects again after 1001, 1006,
 * 1011, 1012 and 1013, and must not after 1000, 1002, 1003, 1007, 1008, 1009 and 1010: the same bytes would fail again.
 */
export const CLOSE_CODES = {
  normal: { code: 1000, action: 'Nothing: one side was done.' },
  unsupported_data: { code: 1003, action: 'Send text frames only.' },
  message_too_big: { code: 1009, action: 'Keep frames below welcome.limits.frame_bytes.' },
  internal_error: { code: 1011, action: 'Connect again with backoff.' },
  service_restart: { code: 1012, action: 'Connect again after a random delay; another pod takes over.' },
  slow: { code: 4000, action: 'Connect again and read faster; what was missed comes from the inbox.' },
  token_expired: { code: 4001, action: 'Refresh the token, then connect again.' },
  ping_timeout: { code: 4002, action: 'Connect again; no pong came in time.' },
  rate_limited: { code: 4003, action: 'Connect again with backoff and send more slowly.' },
  lagging: { code: 4004, action: 'Connect again; this connection could not be brought up to date.' },
  restored: { code: 4005, action: 'Connect again; welcome.epoch is another: forget the position and read afresh.' },
  signed_out: { code: 4500, action: 'Log in again: the session was ended.' },
  too_many_connections: { code: 4501, action: 'Close another connection of this user first.' },
  protocol_violation: { code: 4502, action: 'Correct the client: it kept sending frames that cannot be read.' },
} as const satisfies Record<string, { code: number; action: string }>;

/** Every reason for which a server closes a connection. */
export type CloseReason = keyof typeof CLOSE_CODES;

/** Whether a client should connect again after a close with this code. */
export function mayReconnect(code: number): boolean {
  if (code >= 4000 && code <= 4499) return true;
  return code === 1001 || code === 1005 || code === 1006 || (code >= 1011 && code <= 1014);
}
