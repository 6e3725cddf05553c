import { httpError, type HttpError } from '@chat-app/platform';
import { ERRORS, type ErrorCode } from '@chat-app/protocol';

/** An answer that is not a success, with the status and retryability that the protocol gives its code. */
export function refusal(code: ErrorCode, message: string, retryAfterMs?: number): HttpError {
  return httpError(ERRORS, code, message, retryAfterMs);
}
