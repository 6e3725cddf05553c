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
