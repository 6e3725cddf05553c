/**
 * The closed vocabulary of error codes that clients see: in `rejected` and `error` frames and in HTTP answers.
 * `status` is the HTTP status where the code appears in an HTTP answer. `retryable` says whether the same request may
 * succeed later, unchanged. `action` is what a client should do next; docs/protocol.md prints this table.
 */
export const ERRORS = {
  // What was sent cannot be read.
  invalid_json: { status: 400, retryable: false, action: 'Send a JSON object.' },
  invalid_request: { status: 400, retryable: false, action: 'Correct the field that the message names.' },
  unknown_type: { status: 400, retryable: false, action: 'Use a frame type of this protocol version.' },
  unsupported_media_type: { status: 415, retryable: false, action: 'Send Content-Type: application/json.' },
  payload_too_large: { status: 413, retryable: false, action: 'Send less.' },
  content_empty: { status: 400, retryable: false, action: 'Send at least one character.' },
  content_too_large: {
    status: 413,
    retryable: false,
    action: 'Shorten the content below welcome.limits.content_bytes.',
  },
  content_invalid: { status: 400, retryable: false, action: 'Send well-formed Unicode without U+0000.' },
  // Who is asking, and may they.
  unauthenticated: { status: 401, retryable: false, action: 'Log in or refresh the token, then try again.' },
  wrong_credentials: { status: 401, retryable: false, action: 'Check the user name and the password.' },
  account_disabled: { status: 403, retryable: false, action: 'Ask the operator.' },
  token_invalid: { status: 401, retryable: false, action: 'Log in again.' },
  token_expired: { status: 401, retryable: false, action: 'Refresh the token, then try again.' },
  refresh_token_invalid: { status: 401, retryable: false, action: 'Log in again.' },
  refresh_token_reused: {
    status: 401,
    retryable: false,
    action: 'Log in again; every session of this login was ended.',
  },
  wrong_user: { status: 403, retryable: false, action: 'Use only the id of the user whose token it is.' },
  origin_refused: { status: 403, retryable: false, action: 'Ask the operator to allow this Origin.' },
  tls_required: { status: 403, retryable: false, action: 'Use https: and wss: addresses.' },
  forbidden: { status: 403, retryable: false, action: 'Ask the owner of the conversation.' },
  blocked: { status: 403, retryable: false, action: 'Do not write to this user: one of the two blocks the other.' },
  // What is asked for is not there, or stands in the way.
  not_found: { status: 404, retryable: false, action: 'Check the path.' },
  directory_off: { status: 404, retryable: false, action: 'Ask for the whole name: GET /users?username=.' },
  method_not_allowed: { status: 405, retryable: false, action: 'Use a method of the Allow header.' },
  unknown_user: { status: 404, retryable: false, action: 'Check the user.' },
  unknown_recipient: { status: 404, retryable: false, action: 'Check recipient_id.' },
  unknown_conversation: {
    status: 404,
    retryable: false,
    action: 'Check conversation_id; you may no longer be a member.',
  },
  unknown_invitation: { status: 404, retryable: false, action: 'Read the invitations again: this one is over.' },
  unknown_message: { status: 404, retryable: false, action: 'Check the message id.' },
  message_expired: {
    status: 410,
    retryable: false,
    action: 'Show that it is gone, and what came before it: the operator keeps messages for a time.',
  },
  too_late: { status: 409, retryable: false, action: 'Leave the message as it is: its time for changes is over.' },
  too_many_reactions: {
    status: 409,
    retryable: false,
    action: 'Use a reaction that the message has already, or take one back first.',
  },
  username_taken: { status: 409, retryable: false, action: 'Choose another user name.' },
  username_confusable: {
    status: 409,
    retryable: false,
    action: 'Choose a user name that cannot be taken for that of another user.',
  },
  username_reserved: { status: 409, retryable: false, action: 'Choose another user name.' },
  password_too_common: {
    status: 400,
    retryable: false,
    action: 'Choose a password that is not among the commonest, nor your user name, nor known from a breach.',
  },
  password_change_required: {
    status: 403,
    retryable: false,
    action: 'Ask the user for a new password and log in again with new_password.',
  },
  password_expired: { status: 403, retryable: false, action: 'Ask an operator to set a password again.' },
  group_full: { status: 409, retryable: false, action: 'Remove a member first.' },
  declined: { status: 409, retryable: false, action: 'Leave this user out: they do not want to be in the group.' },
  too_many_invitations: {
    status: 409,
    retryable: false,
    action: 'Leave this user out until they have answered others.',
  },
  too_many_blocks: { status: 409, retryable: false, action: 'Unblock somebody first.' },
  too_many_groups: { status: 409, retryable: false, action: 'Leave a group first, or leave out who is in too many.' },
  last_owner: { status: 409, retryable: false, action: 'Make another member owner first, or remove the others.' },
  too_many_connections: {
    status: 429,
    retryable: false,
    action: 'Close another connection of this user first.',
  },
  upgrade_required: { status: 426, retryable: false, action: 'Open a WebSocket (RFC 6455, version 13).' },
  // Not now.
  rate_limited: { status: 429, retryable: true, action: 'Wait retry_after_ms, then send it again with the same id.' },
  overloaded: { status: 503, retryable: true, action: 'Wait retry_after_ms, then send it again with the same id.' },
  unavailable: {
    status: 503,
    retryable: true,
    action: 'The outcome may be unknown: send it again with the same id, with backoff.',
  },
  out_of_order: {
    status: 409,
    retryable: true,
    action: 'Send what `after` names first, then this again with the same id.',
  },
  draining: { status: 503, retryable: true, action: 'Connect again; another pod will take it.' },
  internal: { status: 500, retryable: true, action: 'Try again with backoff; report it if it stays.' },
} as const satisfies Record<string, { status: number; retryable: boolean; action: string }>;

/** Every code a client can be answered with. */
export type ErrorCode = keyof typeof ERRORS;

/** Body of every HTTP answer that is not a success. */
export interface ErrorBody {
  error: { code: ErrorCode; message: string; retryable: boolean; retry_after_ms?: number };
}
