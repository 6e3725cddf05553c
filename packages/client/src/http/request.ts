import type { ErrorBody } from '@chat-app/protocol';
import { ChatError } from '../errors';
import { count, flag, has, isObject, optional, parseObject, text as isText } from '../parsing/checks';
import type { Answer } from './answers';

/** What this package uses of `fetch`. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface HttpRequest<T> {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  url: string;
  body?: unknown;
  token?: string;
  /** Checks the answer; without it the answer has no body. */
  answer?: Answer<T>;
  timeoutMs: number;
}

const ERROR = { code: isText, message: isText, retryable: flag, retry_after_ms: optional(count) };

/**
 * Makes one HTTP call.
 * @throws ChatError with the server's code; `network` where no answer came in time, `bad_answer` where it cannot be read.
 */
export async function request<T>(fetch: Fetch, call: HttpRequest<T>): Promise<T> {
  const { status, text } = await exchange(fetch, call);
  if (status >= 400) throw refusal(status, text);
  if (call.answer === undefined) return undefined as T;
  const answer: unknown = parseObject(text);
  if (call.answer(answer)) return answer;
  throw new ChatError('bad_answer', `${call.method} ${call.url}: not what was asked for`, false, { status });
}

async function exchange<T>(fetch: Fetch, call: HttpRequest<T>): Promise<{ status: number; text: string }> {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (call.body !== undefined) headers['content-type'] = 'application/json';
  if (call.token !== undefined) headers['authorization'] = `Bearer ${call.token}`;
  try {
    const response = await fetch(call.url, {
      method: call.method,
      headers,
      ...(call.body !== undefined && { body: JSON.stringify(call.body) }),
      signal: AbortSignal.timeout(call.timeoutMs),
    });
    return { status: response.status, text: await response.text() };
  } catch (cause) {
    throw new ChatError('network', `${call.method} ${call.url}: no answer`, true, { cause });
  }
}

/** Makes an error of an answer; one that is not this product's (a proxy's, say) is judged by its status. */
function refusal(status: number, text: string): ChatError {
  const { error } = parseObject(text) ?? {};
  if (isObject(error) && has(error, ERROR)) {
    const { code, message, retryable, retry_after_ms: retryAfterMs } = error as unknown as ErrorBody['error'];
    return new ChatError(code, message, retryable, { status, ...(retryAfterMs !== undefined && { retryAfterMs }) });
  }
  const retryable = status === 429 || status >= 500;
  return new ChatError(retryable ? 'unavailable' : 'bad_answer', `HTTP status ${status}`, retryable, { status });
}
