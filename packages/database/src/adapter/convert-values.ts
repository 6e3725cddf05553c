import { PlatformError } from '@chat-app/platform';
import type { SqlValue } from '../database';

/**
 * Values to and from PostgreSQL's text form, the same for every adapter whatever its library would have done by itself.
 * Object identifiers of types: PostgreSQL, pg_type.dat; they never change.
 */
type Parse = (text: string) => unknown;

const identity: Parse = (text) => text;

/** Type → its array type → how its text is read. */
const TYPES: readonly (readonly [oid: number, array: number, parse: Parse])[] = [
  [16, 1000, (text) => text === 't'], // bool
  [17, 1001, parseBytes], // bytea
  [20, 1016, parseBigint],
  [21, 1005, Number], // smallint
  [23, 1007, Number], // integer
  [26, 1028, Number], // oid
  [700, 1021, Number], // real
  [701, 1022, Number], // double precision
  [114, 199, parseJson],
  [3802, 3807, parseJson], // jsonb
  [1184, 1185, parseTimestamp], // timestamp with time zone
  // As text, named here because a library may have an idea of its own or because their arrays are to be arrays:
  [18, 1002, identity], // "char"
  [19, 1003, identity], // name
  [25, 1009, identity], // text
  [1042, 1014, identity], // char(n)
  [1043, 1015, identity], // varchar
  [1082, 1182, identity], // date
  [1083, 1183, identity], // time
  [1114, 1115, identity], // timestamp without time zone
  [1186, 1187, identity], // interval
  [1266, 1270, identity], // time with time zone
  [1700, 1231, identity], // numeric
  [2950, 2951, identity], // uuid
];

/** How results are read, by type. Types that are not named come as text. */
export const RESULT_PARSERS: ReadonlyMap<number, Parse> = new Map(
  TYPES.flatMap(([oid, array, parse]): [number, Parse][] => [
    [oid, parse],
    [array, (text) => parseArray(text, parse)],
  ]),
);

/** A parameter in PostgreSQL's text form; its type is the one that the statement gives it. */
export function toText(value: SqlValue): string | null {
  if (value === null) return null;
  if (Array.isArray(value)) {
    return `{${(value as (string | number | boolean | null | Date)[]).map(toElement).join(',')}}`;
  }
  return scalarToText(value as Exclude<SqlValue, readonly unknown[] | null>);
}

function scalarToText(value: string | number | boolean | Date | Uint8Array): string {
  if (typeof value === 'string') return value;
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) {
    return `\\x${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')}`;
  }
  return String(value);
}

function toElement(value: string | number | boolean | null | Date): string {
  if (value === null) return 'NULL';
  const text = scalarToText(value);
  // Hardly any has to be escaped, and looking is cheaper than replacing nothing.
  const isPlain = !text.includes('"') && !text.includes('\\');
  return `"${isPlain ? text : text.replaceAll(/[\\"]/g, String.raw`\$&`)}"`;
}

function parseBigint(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value)) return value;
  throw new PlatformError('database_refused', 'a bigint beyond 2^53 cannot be read as a number');
}

function parseBytes(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text.slice(2), 'hex'));
}

function parseJson(text: string): unknown {
  return JSON.parse(text);
}

/** `2024-01-31 12:00:00.123456+00`, offsets with minutes as well; the years 1 to 9999. */
function parseTimestamp(text: string): Date {
  const iso = text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00');
  const date = new Date(iso);
  if (!Number.isNaN(date.getTime())) return date;
  throw new PlatformError('database_refused', 'a timestamp outside the years 1 to 9999 cannot be read as a date');
}

/**
 * PostgreSQL's array text, `{a,"b c",NULL,{nested}}`: elements are quoted where needed, with backslash escapes inside
 * (section 8.15.6 "Array Input and Output Syntax"). Not by a library: docs/decisions/015.
 */
function parseArray(text: string, parse: Parse): unknown[] {
  let at = text.indexOf('{') + 1; // after explicit bounds, `[0:2]={…}`
  const unquoted = /[^,}]*/y;
  const quoted = /"((?:[^"\\]|\\.)*)"/sy;
  const readElement = (): unknown => {
    if (text[at] === '{') {
      at += 1;
      return readList();
    }
    const pattern = text[at] === '"' ? quoted : unquoted;
    pattern.lastIndex = at;
    const [whole = '', inner] = pattern.exec(text) ?? [];
    at += whole.length;
    if (inner !== undefined) return parse(inner.replaceAll(/\\(.)/gs, '$1'));
    return whole === 'NULL' ? null : parse(whole);
  };
  const readList = (): unknown[] => {
    const elements: unknown[] = [];
    while (at < text.length && text[at] !== '}') {
      elements.push(readElement());
      if (text[at] === ',') at += 1;
    }
    at += 1;
    return elements;
  };
  return readList();
}
