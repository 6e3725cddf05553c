import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseConfiguration, type Variables } from '@chat-app/platform';
import { authenticationVariables } from '../../../services/authentication/src/configuration';
import { persistenceVariables } from '../../../services/persistence/src/configuration';
import { websocketVariables } from '../../../services/websocket/src/configuration';
import { CHART, describeWithHelm, environmentOf, render } from './render';

const VARIABLES = {
  authentication: authenticationVariables,
  websocket: websocketVariables,
  persistence: persistenceVariables,
} satisfies Record<string, Variables>;
type Service = keyof typeof VARIABLES;
const SERVICES = Object.keys(VARIABLES) as Service[];
/** What has no default. */
const ADDRESSES = { PERSISTENCE_URL: 'http://persistence:8091', AUTHENTICATION_URL: 'http://authentication:8001' };

const operations = readFileSync(join(CHART, '..', '..', 'docs', 'operations.md'), 'utf8');

interface Limit {
  name: string;
  fallback: number;
  /** Path in values.yaml; undefined where only `extraEnv` sets it. */
  key: string | undefined;
}

/** The table of a service in docs/operations.md. */
function limitsOf(service: Service): Limit[] {
  const [, section = ''] = operations.split(`### Limits of ${service}\n`);
  const [table = ''] = section.split(/\n#|\n\n[^|]/);
  return [...table.matchAll(/^\| `([A-Z_]+)` \| (\d+) \|.*\| `(\S+)` \|$/gm)].map(([, name = '', fallback, key]) => ({
    name,
    fallback: Number(fallback),
    key: key === 'extraEnv' ? undefined : key,
  }));
}

/** Values as nested as their paths say. */
function nest(values: readonly (readonly [string, number])[]): Record<string, Record<string, number>> {
  const nested: Record<string, Record<string, number>> = {};
  for (const [path, value] of values) {
    const [group = '', key = ''] = path.split('.');
    (nested[group] ??= {})[key] = value;
  }
  return nested;
}

describe('the limits in docs/operations.md', () => {
  it.each(SERVICES)('are those of %s, with their defaults', (service) => {
    const configuration: Record<string, unknown> = parseConfiguration(ADDRESSES, VARIABLES[service] as Variables);
    const limits = limitsOf(service);
    expect(limits.length).toBeGreaterThan(5);
    expect(limits.map(({ name, fallback }) => [name, fallback])).toEqual(
      limits.map(({ name }) => [name, configuration[name]]),
    );
  });

  it('leave out no variable of a service that the chart does not set either', () => {
    const template = readFileSync(join(CHART, 'templates', '_environment.tpl'), 'utf8');
    const isKnown = (name: string): boolean =>
      operations.includes(`\`${name}\``) || template.includes(`{ name: ${name}, `);
    const names = SERVICES.flatMap((service) => Object.keys(VARIABLES[service]));
    expect(names.filter((name) => !isKnown(name))).toEqual([]);
  });
});

describeWithHelm('the limits that values set', () => {
  it('are by default those of the services, and otherwise what the values say', () => {
    const limits = SERVICES.flatMap((service) => limitsOf(service).map((limit) => ({ ...limit, service })));
    const others = limits.flatMap(({ key, fallback }) =>
      key === undefined ? [] : [[key, Math.abs(fallback - 1)] as const],
    );
    const [byDefault, changed] = [render(), render(nest(others))];
    for (const { service, name, fallback, key } of limits) {
      const valueIn = (rendering: ReturnType<typeof render>) =>
        environmentOf(rendering.get('Deployment', `chat-${service}`))[name];
      const other = others.find(([path]) => path === key)?.[1];
      const expected = key === undefined ? [undefined, undefined] : [String(fallback), String(other)];
      expect([name, valueIn(byDefault), valueIn(changed)]).toEqual([name, ...expected]);
    }
  });
});
