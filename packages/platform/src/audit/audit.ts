/** What was tried. A closed list: it is a label of a metric. */
export const AUDIT_ACTIONS = [
  'register',
  'log_in',
  'log_out',
  'refresh',
  'change_password',
  'end_sessions',
  /** An endpoint, by somebody whose token, secret or rights did not do. */
  'access',
  /** A handshake of a WebSocket. */
  'connect',
  /** An operator's tool. */
  'operate',
] as const;

export type AuditAction = (typeof AUDIT_ACTIONS)[number];

/** Whether it was done, refused for what was asked, or not let through for how often it was asked. */
export type AuditOutcome = 'succeeded' | 'refused' | 'throttled';

/** Who did what, from where, and how it ended. Never a secret: no password, no token, no name that was merely tried. */
export interface AuditEvent {
  action: AuditAction;
  outcome: AuditOutcome;
  /** Why, where it was refused or done: an error code, a reason to end sessions. From a bounded set. */
  reason?: string | undefined;
  /** Client address, by the trusted proxies. */
  address?: string | undefined;
  /** Whom it is about, where that is known. */
  user_id?: string | undefined;
  session_id?: string | undefined;
  /** How many things it concerned. */
  count?: number | undefined;
  /** Template of the endpoint, or name of the tool. */
  route?: string | undefined;
  /** When, in ISO 8601, where that is earlier than the line is written. */
  at?: string | undefined;
  /** Of the page that asked, where it is a foreign one. */
  origin?: string | undefined;
}

/** The log of what matters to whoever looks for an intrusion, on a stream of its own. */
export interface Audit {
  record(event: AuditEvent): void;
}

/** Records nothing. For tests. */
export const silentAudit: Audit = Object.freeze({ record: () => undefined });
