/** The protocol's codes with the status and retryability of each: pass its `ERRORS`. */
export type ErrorTable = Readonly<Record<string, { status: number; retryable: boolean; action?: string }>>;

/**
 * Thrown by a handler to answer with one of the protocol's error codes. The platform does not know the protocol: code and
 * status come from its table through the service.
 */
export class HttpError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly retryable: boolean,
    readonly retryAfterMs?: number,
  ) {
    super(message);
    this.name = 'HttpError';
  }
}

/** Makes the error of a code of the table. Without a message the table's `action` is the message. */
export function httpError<T extends ErrorTable>(
  errors: T,
  code: keyof T & string,
  message?: string,
  retryAfterMs?: number,
): HttpError {
  const entry = errors[code];
  if (entry === undefined) throw new TypeError(`the error table has no code ${code}`);
  return new HttpError(entry.status, code, message ?? entry.action ?? code, entry.retryable, retryAfterMs);
}
