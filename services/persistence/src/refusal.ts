import { ERRORS, type ErrorCode } from '@chat-app/protocol';
import { httpError, type HttpError } from '@chat-app/platform';

/** The error that answers a caller with a code of the protocol. */
export function refusal(code: ErrorCode, message?: string, retryAfterMs?: number): HttpError {
  return httpError(ERRORS, code, message, retryAfterMs);
}
