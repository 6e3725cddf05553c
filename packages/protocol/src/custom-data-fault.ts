import { LIMITS } from './limits';

const encoder = new TextEncoder();
/** How JSON.stringify writes what UTF-8 or PostgreSQL cannot hold; a backslash before it must not be escaped itself. */
const UNSTORABLE = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/i;

/** Why a value cannot be custom data, or undefined where it can. */
export function customDataFault(value: unknown, maximumBytes: number = LIMITS.dataBytes): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'must be a JSON object';
  if (isDeeper(value, LIMITS.dataLevels)) return `must be nested at most ${LIMITS.dataLevels} levels deep`;
  const text = JSON.stringify(value);
  if (UNSTORABLE.test(text)) return 'must hold well-formed Unicode without U+0000';
  if (encoder.encode(text).length > maximumBytes) return `must be at most ${maximumBytes} bytes of JSON`;
  return undefined;
}

/** Whether there are more than so many levels. Level by level: JSON.stringify recurses, and throws where the stack ends. */
function isDeeper(value: object, levels: number): boolean {
  let level = [value];
  for (let depth = 1; depth <= levels && level.length > 0; depth += 1) {
    const within = level.flatMap((one) => Object.values(one) as unknown[]);
    level = within.filter((one) => typeof one === 'object' && one !== null);
  }
  return level.length > 0;
}
