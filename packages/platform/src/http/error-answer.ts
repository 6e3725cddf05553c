import { isPlatformError } from '../errors';
import { HttpError, httpError, type ErrorTable } from './http-error';

/** Codes that the server itself answers with; the table must have them. */
export const SERVER_CODES = [
  'invalid_json',
  'invalid_request',
  'unsupported_media_type',
  'payload_too_large',
  'unauthenticated',
  'token_invalid',
  'token_expired',
  'not_found',
  'method_not_allowed',
  'unavailable',
  'internal',
] as const;

/** How long a client is asked to wait where nobody knows better, in milliseconds. */
const RETRY_AFTER_MS = 1_000;

/** An answer that is not a success, ready to be written. */
export interface ErrorAnswer {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: { error: { code: string; message: string; retryable: boolean; retry_after_ms?: number } };
}

/** What a thrown value is to the client: an HttpError itself, a fault that may pass 503, anything else 500. */
export function toHttpError(thrown: unknown, errors: ErrorTable, traceId: string): HttpError {
  if (thrown instanceof HttpError) return thrown;
  if (isPlatformError(thrown, 'token_invalid')) return httpError(errors, 'token_invalid', thrown.message);
  if (isPlatformError(thrown, 'token_expired')) return httpError(errors, 'token_expired', thrown.message);
  if (isPlatformError(thrown) && thrown.retryable) {
    return httpError(errors, 'unavailable', 'a part of the service is unavailable for the moment', RETRY_AFTER_MS);
  }
  return httpError(errors, 'internal', `something went wrong; report it with trace id ${traceId}`);
}

export function errorAnswer(error: HttpError): ErrorAnswer {
  const { status, code, message, retryable, retryAfterMs } = error;
  const headers: Record<string, string> = {};
  if (retryAfterMs !== undefined) headers['Retry-After'] = String(Math.max(1, Math.ceil(retryAfterMs / 1_000)));
  if (status === 401) headers['WWW-Authenticate'] = challenge(code);
  const body = {
    error: { code, message, retryable, ...(retryAfterMs !== undefined && { retry_after_ms: retryAfterMs }) },
  };
  return { status, headers, body };
}

/** RFC 6750, section 3: no error code where the request carried no credentials. */
function challenge(code: string): string {
  if (code === 'token_invalid') return 'Bearer error="invalid_token", error_description="the token is not valid"';
  if (code === 'token_expired') return 'Bearer error="invalid_token", error_description="the token expired"';
  return 'Bearer';
}
