import { ERRORS, type ErrorCode } from '@chat-app/protocol';
import { HttpError, route, type Route } from '@chat-app/platform';

/** What the socket's paths answer to a request that is no WebSocket handshake. */
export const websocketRoutes: readonly Route[] = ['/ws', '/ws/{user_id}'].map((path) =>
  route({
    method: 'GET',
    path,
    summary: 'Opens a WebSocket (RFC 6455); anything else is told to.',
    access: 'public',
    responses: {},
    handle: () => Promise.reject(refusal('upgrade_required', 'open a WebSocket here')),
  }),
);

function refusal(code: ErrorCode, message: string): HttpError {
  const { status, retryable } = ERRORS[code];
  return new HttpError(status, code, message, retryable);
}
