/**
 * The closed vocabulary of failures inside and between services. Adapters translate what their library throws into one
 * of these at their edge, so that callers decide by `code` and `retryable` alone. (What clients are told is the
 * protocol's own, smaller vocabulary.)
 */
export const PLATFORM_ERRORS = {
  /** The log could not confirm the record: it may or may not be written. Append it again; readers drop duplicates by id. */
  log_unavailable: { retryable: true },
  /** The producer queue is at its bound. Nothing was written. */
  log_overloaded: { retryable: true },
  /** The record is larger than the log takes. */
  log_record_too_large: { retryable: false },
  /** The log was closed. */
  log_closed: { retryable: false },
  /** The fan-out is unavailable; the payload was dropped. */
  fanout_unavailable: { retryable: true },
  /** The database is unavailable, failing over, overloaded, read-only, or gave up a lock: the same statement may succeed later. */
  database_unavailable: { retryable: true },
  /** The database refused the statement because of its data (constraint, encoding, type). */
  database_refused: { retryable: false },
  /** Another service did not answer in time, could not be reached, or answered 5xx or 429. */
  service_unavailable: { retryable: true },
  /** Another service answered 4xx. */
  service_refused: { retryable: false },
  /** A token is malformed, not ours, or not of the wanted kind. */
  token_invalid: { retryable: false },
  /** A token is past its expiry. */
  token_expired: { retryable: false },
  /** Configuration cannot be used; the message names every faulty variable. */
  configuration_invalid: { retryable: false },
  /** Something was called in a state that does not allow it. */
  illegal_state: { retryable: false },
} as const satisfies Record<string, { retryable: boolean }>;

export type PlatformErrorCode = keyof typeof PLATFORM_ERRORS;

/** Details an operator may want in the log. Never holds message contents, tokens or passwords. */
export type ErrorDetails = Readonly<Record<string, string | number | boolean | undefined>>;

/** The one error class of platform and services. */
export class PlatformError extends Error {
  readonly retryable: boolean;

  constructor(
    readonly code: PlatformErrorCode,
    message: string,
    readonly details: ErrorDetails = {},
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.name = 'PlatformError';
    this.retryable = PLATFORM_ERRORS[code].retryable;
  }
}

/** Whether an unknown thrown value is a PlatformError, of this code where one is named. */
export function isPlatformError(error: unknown, code?: PlatformErrorCode): error is PlatformError {
  return error instanceof PlatformError && (code === undefined || error.code === code);
}

/** Makes an Error of whatever was thrown. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
