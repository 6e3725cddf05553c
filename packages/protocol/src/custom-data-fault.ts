import { LIMITS } from './limits';

const encoder = new TextEncoder();
/** How JSON.stringify writes what UTF-8 or PostgreSQL cannot hold; a backslash before it must not be escaped itself. */
const UNSTORABLE = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/i;

/** Why a value cannot be custom data, or undefined where it can. */
export function customDataFault(value: unknown, maximumBytes: number = LIMITS.dataBytes): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'must be a JSON object';
  const text = JSON.stringify(value);
  if (UNSTORABLE.test(text)) return 'must hold well-formed Unicode without U+0000';
  if (encoder.encode(text).length > maximumBytes) return `must be at most ${maximumBytes} bytes of JSON`;
  return undefined;
}
