/** Checks of what others sent, by hand: a schema library would be most of a page's bytes. */
export type Check = (value: unknown) => boolean;
/** What is relied on of an object, by field; others may come and go. */
export type Fields = Readonly<Record<string, Check>>;

export const text: Check = (value) => typeof value === 'string';
export const count: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
export const flag: Check = (value) => typeof value === 'boolean';
export const list =
  (each: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(each);
export const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
export const object =
  (fields: Fields = {}): Check =>
  (value) =>
    isObject(value) && has(value, fields);

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether all of the fields are as they should be. */
export function has(value: Record<string, unknown>, fields: Fields): boolean {
  return Object.entries(fields).every(([name, check]) => check(value[name]));
}

/** The object that a text holds; undefined where it holds none. Never throws. */
export function parseObject(json: unknown): Record<string, unknown> | undefined {
  if (typeof json !== 'string') return undefined;
  try {
    const value = JSON.parse(json) as unknown;
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
