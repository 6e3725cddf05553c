import type { Schema, ValueKey } from './read-values';

const TEXT: Schema = { $ref: '#/$defs/text' };

/** What `@schema {"$ref": …}` may name. */
const DEFINITIONS: Record<string, Schema> = {
  // Without quotes digits are a number in YAML, and Helm writes 20261127 as 2.0261127e+07. Helm prints the constant where it
  // refuses a value: the one place for a word of help.
  text: {
    if: { type: 'string' },
    else: { const: 'a text: put it in quotes, as in "20261127" or "true" (--set-string in place of --set)' },
  },
  strings: { type: 'object', additionalProperties: TEXT },
  open: { type: 'object' },
  variable: {
    type: 'object',
    additionalProperties: false,
    required: ['name'],
    properties: { name: { ...TEXT, minLength: 1 }, value: TEXT, valueFrom: { type: 'object' } },
  },
  toleration: {
    type: 'object',
    additionalProperties: false,
    properties: { key: TEXT, operator: TEXT, value: TEXT, effect: TEXT, tolerationSeconds: { type: 'integer' } },
  },
  selector: {
    type: 'object',
    additionalProperties: false,
    properties: { matchLabels: { $ref: '#/$defs/strings' }, matchExpressions: { type: 'array' } },
  },
  peer: {
    type: 'object',
    additionalProperties: false,
    minProperties: 1,
    properties: {
      podSelector: { $ref: '#/$defs/selector' },
      namespaceSelector: { $ref: '#/$defs/selector' },
      ipBlock: {
        type: 'object',
        required: ['cidr'],
        properties: { cidr: TEXT, except: { type: 'array', items: TEXT } },
      },
    },
  },
  gateway: {
    type: 'object',
    required: ['name'],
    properties: { name: { ...TEXT, minLength: 1 }, namespace: TEXT, sectionName: TEXT, port: { type: 'integer' } },
  },
  numberOrPercent: {
    anyOf: [
      { type: 'integer', minimum: 0 },
      { type: 'string', pattern: '^[0-9]+%$' },
    ],
  },
  digest: { ...TEXT, pattern: '^$|^sha256:[0-9a-f]{64}$' },
  serviceType: { type: 'string', enum: ['ClusterIP', 'NodePort', 'LoadBalancer'] },
  reference: {
    type: 'object',
    additionalProperties: false,
    required: ['name'],
    properties: { name: { ...TEXT, minLength: 1 } },
  },
  resources: {
    type: 'object',
    additionalProperties: false,
    properties: {
      requests: { $ref: '#/$defs/quantities' },
      limits: { $ref: '#/$defs/quantities' },
      claims: { type: 'array', items: { type: 'object' } },
    },
  },
  quantities: { type: 'object', additionalProperties: { type: ['string', 'number'] } },
};

/** The schema of a chart's values: what is not a key of values.yaml is refused. */
export function valuesSchema(keys: readonly ValueKey[]): Schema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Values of the chart chat-app',
    ...objectSchema([...keys, GLOBAL]),
    $defs: DEFINITIONS,
  };
}

/** Helm gives it to every chart that is used as a dependency. */
const GLOBAL: ValueKey = {
  name: 'global',
  path: 'global',
  description: 'Values that a parent chart shares with its dependencies; unused here.',
  annotation: { $ref: '#/$defs/open' },
  value: {},
  children: [],
};

function objectSchema(keys: readonly ValueKey[]): Schema {
  const properties = Object.fromEntries(keys.map((key) => [key.name, schemaOf(key)]));
  return { type: 'object', additionalProperties: false, properties };
}

function schemaOf(key: ValueKey): Schema {
  const description = key.description === '' ? {} : { description: key.description };
  if ('$ref' in key.annotation) return { ...description, ...key.annotation };
  if (key.children.length > 0) return { ...description, ...objectSchema(key.children), ...key.annotation };
  if ('enum' in key.annotation) return { ...description, type: 'string', ...key.annotation };
  if (typeof key.value === 'string') return { ...description, ...TEXT, ...key.annotation };
  return { ...description, type: typeOf(key), ...key.annotation };
}

function typeOf({ value, path }: ValueKey): string {
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  if (Array.isArray(value)) return 'array';
  throw new Error(`${path}: the default says nothing of the type; add "# @schema {…}"`);
}
