import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import type { Route } from '@chat-app/platform';
import { parse } from 'yaml';
import { z } from 'zod';

type Json = Record<string, unknown>;

const METHODS = ['get', 'post', 'put', 'patch', 'delete', 'head', 'options', 'trace'];
/** What a schema says to people, or what zod's translation adds for its own reasons; not compared. */
const NOT_COMPARED = new Set([
  '$schema',
  'title',
  'description',
  'examples',
  'example',
  'format',
  'pattern',
  'default',
]);
const UNBOUNDED: ReadonlySet<unknown> = new Set([Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER]);
const SECURITY = { public: [], user: [{ accessToken: [] }], internal: [{ internalSecret: [] }] } as const;

/**
 * Verifies an OpenAPI 3.1 file against the routes that the code declares: the same paths and methods, summaries, access
 * (security schemes `accessToken` and `internalSecret`), parameters, bodies and answers. Descriptions, examples, formats,
 * patterns and defaults are the file's own.
 * @returns one line for each difference; empty where there is none
 */
export function checkOpenApi(file: string, routes: readonly Route[]): string[] {
  const document = parse(readFileSync(file, 'utf8')) as Json;
  const faults: string[] = [];
  if (!String(document['openapi']).startsWith('3.1.')) faults.push('openapi: is not 3.1');
  const resolve = resolver(document, faults);
  const paths = object(document['paths']);
  const declared = new Set(routes.map((route) => nameOf(route.method, route.path)));
  for (const [path, item] of Object.entries(paths)) {
    for (const method of Object.keys(object(item)).filter((key) => METHODS.includes(key))) {
      if (!declared.has(nameOf(method, path))) faults.push(`${nameOf(method, path)}: is not in the code`);
    }
  }
  for (const route of routes) {
    const name = nameOf(route.method, route.path);
    const operation = object(paths[route.path])[route.method.toLowerCase()];
    if (operation === undefined) faults.push(`${name}: is not in the file`);
    else faults.push(...checkOperation(object(resolve(operation)), route).map((fault) => `${name}: ${fault}`));
  }
  return faults;
}

function checkOperation(operation: Json, route: Route): string[] {
  const faults: string[] = [];
  if (operation['summary'] !== route.summary) faults.push(`summary: should be "${route.summary}"`);
  if (!isDeepStrictEqual(operation['security'], SECURITY[route.access])) {
    faults.push(`security: should be ${JSON.stringify(SECURITY[route.access])}`);
  }
  faults.push(
    ...checkParameters(operation, route),
    ...checkBody(operation, route),
    ...checkResponses(operation, route),
  );
  return faults;
}

function checkParameters(operation: Json, route: Route): string[] {
  const documented = (Array.isArray(operation['parameters']) ? operation['parameters'] : []).map(object);
  const faults: string[] = [];
  const expected = new Set<string>();
  for (const [place, schema] of [['path', route.params] as const, ['query', route.query] as const]) {
    const { properties, required } = describe(schema ?? z.object({}));
    for (const [name, property] of Object.entries(object(properties))) {
      expected.add(`${place} ${name}`);
      const parameter = documented.find((entry) => entry['in'] === place && entry['name'] === name);
      if (parameter === undefined) {
        faults.push(`parameters: ${place} ${name} is missing`);
        continue;
      }
      const isRequired = Array.isArray(required) && required.includes(name);
      if ((parameter['required'] === true) !== isRequired) faults.push(`parameters: ${name}: required differs`);
      faults.push(...compare(`parameters: ${name}`, parameter['schema'], property));
    }
  }
  for (const entry of documented) {
    const name = `${String(entry['in'])} ${String(entry['name'])}`;
    if (!expected.has(name)) faults.push(`parameters: ${name} is not in the code`);
  }
  return faults;
}

function checkBody(operation: Json, route: Route): string[] {
  const documented = operation['requestBody'];
  if (route.body === undefined) return documented === undefined ? [] : ['requestBody: is not in the code'];
  if (documented === undefined) return ['requestBody: is missing'];
  return compare('requestBody', jsonSchemaOf(documented), describe(route.body));
}

function checkResponses(operation: Json, route: Route): string[] {
  const documented = object(operation['responses']);
  const faults: string[] = [];
  for (const [status, schema] of Object.entries(route.responses)) {
    const response = documented[status];
    if (response === undefined) faults.push(`responses: ${status} is missing`);
    else if (schema === null) {
      if (jsonSchemaOf(response) !== undefined) faults.push(`responses: ${status} should have no body`);
    } else faults.push(...compare(`responses: ${status}`, jsonSchemaOf(response), describe(schema)));
  }
  for (const status of Object.keys(documented)) {
    const isSuccess = /^[23]/.test(status);
    if (isSuccess && !(status in route.responses)) faults.push(`responses: ${status} is not in the code`);
  }
  if (!Object.keys(documented).some((status) => /^(4|5|default)/.test(status))) faults.push('responses: no errors');
  return faults;
}

function compare(where: string, documented: unknown, schema: unknown): string[] {
  const [found, wanted] = [normalise(documented), normalise(schema)];
  if (isDeepStrictEqual(found, wanted)) return [];
  return [`${where}: says ${JSON.stringify(found)} where the code says ${JSON.stringify(wanted)}`];
}

/** The JSON Schema of what may be sent: transforms are described by what goes in. */
function describe(schema: z.ZodType): Json {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
}

/** A schema without what is not compared, its keys and lists of required fields in order. */
function normalise(value: unknown, isProperties = false): unknown {
  if (Array.isArray(value)) return value.map((entry) => normalise(entry));
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value)
    .filter(([key, entry]) => isProperties || (!NOT_COMPARED.has(key) && !UNBOUNDED.has(entry)))
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, entry]): [string, unknown] => {
      if (key === 'required' && Array.isArray(entry)) return [key, [...(entry as string[])].sort()];
      return [key, normalise(entry, key === 'properties' && !isProperties)];
    });
  return Object.fromEntries(kept);
}

/** Replaces each `$ref` of the document by what it names. */
function resolver(document: Json, faults: string[]): (value: unknown) => unknown {
  const resolve = (value: unknown, depth = 0): unknown => {
    if (depth > 50) throw new Error('the references go round in a circle');
    if (Array.isArray(value)) return value.map((entry) => resolve(entry, depth + 1));
    if (typeof value !== 'object' || value === null) return value;
    const reference = object(value)['$ref'];
    if (typeof reference === 'string') {
      const target = reference
        .replace(/^#\//, '')
        .split('/')
        .reduce<unknown>((node, key) => object(node)[key.replaceAll('~1', '/').replaceAll('~0', '~')], document);
      if (target === undefined) faults.push(`${reference}: names nothing`);
      return resolve(target, depth + 1);
    }
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, resolve(entry, depth + 1)]));
  };
  return resolve;
}

function jsonSchemaOf(content: unknown): unknown {
  return object(object(object(content)['content'])['application/json'])['schema'];
}

function nameOf(method: string, path: string): string {
  return `${method.toUpperCase()} ${path}`;
}

function object(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}
