import { PlatformError } from '../errors';
import type { LogFields } from './logger';

/**
 * Makes fields fit for a log line: secrets are hidden by the name of their key at any depth, errors become objects with
 * code, details, stack and causes, and what JSON cannot hold becomes text. Bounded in depth and width, so that logging a
 * large or circular object costs little.
 */
export function serializeFields(fields: LogFields): Record<string, unknown> {
  return serializeObject(fields, 0);
}

const HIDDEN_KEYS = new Set([
  'password',
  'token',
  'accesstoken',
  'refreshtoken',
  'idtoken',
  'content',
  'authorization',
  'secret',
  'internalsecret',
  'xinternalsecret',
  'cookie',
  'setcookie',
  'privatekey',
]);
const REDACTED = '[redacted]';
const MAX_DEPTH = 5;
const MAX_ITEMS = 100;
const MAX_CAUSES = 5;

function hidden(key: string): boolean {
  return HIDDEN_KEYS.has(key.replace(/[_-]/g, '').toLowerCase());
}

function serializeObject(object: object, depth: number): Record<string, unknown> {
  return serializeEntries(Object.entries(object), depth);
}

function serializeEntries(entries: Iterable<readonly [string, unknown]>, depth: number): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  let left = MAX_ITEMS;
  for (const [key, value] of entries) {
    if (value === undefined) continue;
    if (left-- === 0) {
      out['…'] = 'more';
      break;
    }
    out[key] = hidden(key) ? REDACTED : serializeValue(value, depth + 1);
  }
  return out;
}

function serializeValue(value: unknown, depth: number): unknown {
  if (typeof value === 'bigint' || typeof value === 'symbol') return value.toString();
  if (typeof value === 'function') return `[function ${value.name}]`;
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Error) return serializeError(value, depth, MAX_CAUSES);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'invalid date' : value.toISOString();
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (depth > MAX_DEPTH) return '[deeper]';
  if (Array.isArray(value)) return serializeItems(value, depth);
  if (value instanceof Set) return serializeItems([...value], depth);
  if (value instanceof Map) return serializeEntries(mapEntries(value), depth);
  if ('toJSON' in value && typeof value.toJSON === 'function') return (value.toJSON as () => unknown)();
  return serializeObject(value, depth);
}

function mapEntries(map: ReadonlyMap<unknown, unknown>): [string, unknown][] {
  return [...map].map(([key, value]) => [String(key), value]);
}

function serializeItems(items: readonly unknown[], depth: number): unknown[] {
  const out = items.slice(0, MAX_ITEMS).map((item) => serializeValue(item, depth + 1));
  if (items.length > MAX_ITEMS) out.push(`… ${items.length - MAX_ITEMS} more`);
  return out;
}

/** `causes` bounds how many causes are followed. */
function serializeError(error: Error, depth: number, causes: number): Record<string, unknown> {
  const out: Record<string, unknown> = { type: error.name, message: error.message };
  const code: unknown = (error as { code?: unknown }).code;
  if (typeof code === 'string' || typeof code === 'number') out['code'] = code;
  if (error instanceof PlatformError && Object.keys(error.details).length > 0) {
    out['details'] = serializeObject(error.details, depth);
  }
  if (error.stack !== undefined) out['stack'] = error.stack;
  if (causes === 0) return out;
  if (error instanceof AggregateError) {
    out['errors'] = error.errors
      .slice(0, MAX_CAUSES)
      .map((item: unknown) => (item instanceof Error ? serializeError(item, depth, causes - 1) : String(item)));
  }
  if (error.cause instanceof Error) out['cause'] = serializeError(error.cause, depth, causes - 1);
  else if (error.cause !== undefined) out['cause'] = serializeValue(error.cause, depth + 1);
  return out;
}
