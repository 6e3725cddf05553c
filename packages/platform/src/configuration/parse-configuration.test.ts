import type { PlatformError } from '../errors';
import { isPlatformError } from '../errors';
import { commonVariables, tokenVariables } from './common-variables';
import { parseConfiguration, type Variables } from './parse-configuration';
import { secret } from './secret';
import { flag, integer, list, oneOf, optionalText, text } from './variables';

function faultsOf(environment: Record<string, string>, variables: Variables): string[] {
  try {
    parseConfiguration(environment, variables);
  } catch (thrown) {
    expect(isPlatformError(thrown, 'configuration_invalid')).toBe(true);
    return (thrown as PlatformError).message.split('\n');
  }
  return [];
}

describe('parseConfiguration', () => {
  it('gives typed values, with defaults where nothing is set', () => {
    const configuration = parseConfiguration(
      { PORT: '8080', ORIGINS: ' a.example , ,b.example ', MODE: 'wait', DEBUG: 'true', TITLE: '' },
      {
        PORT: integer({ description: 'port' }),
        POOL: integer({ default: 10, description: 'pool' }),
        ORIGINS: list({ description: 'origins' }),
        MODE: oneOf(['wait', 'republish'], { description: 'mode' }),
        DEBUG: flag({ default: false, description: 'debug' }),
        TITLE: text({ default: 'chat', description: 'title' }),
        NOTE: optionalText({ description: 'note' }),
      },
    );
    const port: number = configuration.PORT;
    const mode: 'wait' | 'republish' = configuration.MODE;
    expect(port).toBe(8080);
    expect(mode).toBe('wait');
    expect(configuration).toMatchObject({ POOL: 10, DEBUG: true, TITLE: 'chat', NOTE: undefined });
    expect(configuration.ORIGINS).toEqual(['a.example', 'b.example']);
  });

  it('is frozen, lists included', () => {
    const configuration = parseConfiguration({}, { NAMES: list({ default: ['a'], description: 'names' }) });
    expect(() => Object.assign(configuration, { NAMES: [] })).toThrow(TypeError);
    expect(Object.isFrozen(configuration.NAMES)).toBe(true);
  });

  it('reports every fault at once, by variable name, with what is wrong and what to set', () => {
    const faults = faultsOf(
      { PORT: '80x80', RATE: '0', MODE: 'maybe', DEBUG: 'yes', URL: 'ftp://x' },
      {
        PORT: integer({ description: 'port' }),
        RATE: integer({ min: 1, max: 5, description: 'rate' }),
        MODE: oneOf(['wait', 'republish'], { description: 'mode' }),
        DEBUG: flag({ default: false, description: 'debug' }),
        URL: text({ pattern: /^https?:/, description: 'url' }),
        NAME: text({ description: 'Name of the thing.' }),
        KEY: secret({ description: 'Key of the thing.' }),
        FINE: text({ default: 'fine', description: 'fine' }),
      },
    );
    expect(faults).toEqual([
      'PORT must be an integer of at least 0 but is "80x80"',
      'RATE must be an integer from 1 to 5 but is "0"',
      'MODE must be one of wait, republish but is "maybe"',
      'DEBUG must be true or false but is "yes"',
      'URL must match /^https?:/ but is "ftp://x"',
      'NAME is not set; set it to a text: Name of the thing.',
      'KEY is not set; set it, or KEY_FILE to the path of a file: Key of the thing.',
    ]);
  });

  it.each(['1.5', '1e3', '0x10', '', '9007199254740993', '-1', 'NaN', '∞'])('refuses %j as an integer', (value) => {
    expect(faultsOf({ N: value }, { N: integer({ description: 'n' }) })).toHaveLength(1);
  });

  it('checks values together once each alone is right', () => {
    const variables = { MIN: integer({ description: 'min' }), MAX: integer({ description: 'max' }) };
    const check = ({ MIN, MAX }: { MIN: number; MAX: number }) =>
      MIN > MAX ? [{ variable: 'MAX', fault: `must be at least MIN (${MIN})` }] : [];
    expect(() => parseConfiguration({ MIN: '5', MAX: '4' }, variables, check)).toThrow('MAX must be at least MIN (5)');
    expect(parseConfiguration({ MIN: '4', MAX: '5' }, variables, check)).toEqual({ MIN: 4, MAX: 5 });
    expect(() => parseConfiguration({ MIN: 'x', MAX: '4' }, variables, check)).toThrow(/^MIN must be an integer/);
  });

  it('does not flood the terminal with a long faulty value', () => {
    const [fault] = faultsOf({ N: 'x'.repeat(10_000) }, { N: integer({ description: 'n' }) });
    expect(fault!.length).toBeLessThan(150);
  });
});

describe('the ready-made groups', () => {
  it('need only what has no sensible default', () => {
    const all = { ...commonVariables, ...tokenVariables };
    const names = faultsOf({}, all).map((fault) => fault.split(' ')[0]);
    expect(names).toEqual(['INTERNAL_SECRET', 'JWKS_URL']);
  });

  it('refuse an internal secret that can be guessed', () => {
    const { INTERNAL_SECRET } = commonVariables;
    expect(faultsOf({ INTERNAL_SECRET: 'x' }, { INTERNAL_SECRET })).toEqual([
      'INTERNAL_SECRET must have at least 16 characters',
    ]);
  });

  it('can be spread together with the service’s own', () => {
    const environment = { INTERNAL_SECRET: 'of sixteen bytes', JWKS_URL: 'http://authentication/jwks' };
    const configuration = parseConfiguration(environment, {
      ...commonVariables,
      ...tokenVariables,
      PORT: integer({ default: 8080, description: 'port' }),
    });
    expect(configuration.TOKEN_ISSUER).toBe('chat-app');
    expect(configuration.MANAGEMENT_PORT).toBe(9464);
    expect(configuration.SHUTDOWN_TIMEOUT_MS).toBe(50_000);
    expect(configuration.INTERNAL_SECRET.read()).toBe('of sixteen bytes');
  });
});
