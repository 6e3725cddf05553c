import { LIMITS } from './limits';
import type { ErrorCode } from './error-codes';

const encoder = new TextEncoder();

/**
 * Why a text cannot be the content of a message, or undefined where it can. U+0000 and lone surrogates are refused at
 * the door because PostgreSQL and UTF-8 cannot hold them.
 */
export function contentFault(content: string, maximumBytes: number = LIMITS.contentBytes): ErrorCode | undefined {
  if (content.length === 0) return 'content_empty';
  if (content.includes('\u0000') || !content.isWellFormed()) return 'content_invalid';
  // A UTF-16 unit takes at most three bytes: most texts need no encoding to be measured.
  if (content.length * 3 > maximumBytes && encoder.encode(content).length > maximumBytes) return 'content_too_large';
  return undefined;
}
