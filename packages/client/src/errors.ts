import type { ErrorCode } from '@chat-app/protocol';

/**
 * Codes of this client's own: `network` no answer came, `bad_answer` an answer that this client cannot read,
 * `outbox_full` too many messages wait, `duplicate_id` the id belongs to another message, `closed` the client was closed.
 */
export type ClientErrorCode = ErrorCode | 'network' | 'bad_answer' | 'outbox_full' | 'duplicate_id' | 'closed';

/** Everything this package throws or rejects with. */
export class ChatError extends Error {
  override readonly name = 'ChatError';

  constructor(
    readonly code: ClientErrorCode,
    message: string,
    /** Whether the same request may succeed later, unchanged. */
    readonly retryable: boolean,
    options: { status?: number; retryAfterMs?: number; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.status = options.status;
    this.retryAfterMs = options.retryAfterMs;
  }

  /** HTTP status, where an HTTP answer said it. */
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;
}

/** Whether trying again will not help. */
export function isFinal(thrown: unknown): thrown is ChatError {
  return thrown instanceof ChatError && !thrown.retryable;
}
