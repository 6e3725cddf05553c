import { PlatformError } from '../errors';
import type { Environment, ValueOf, Variable } from './variable';

/** Declarations by variable name: `{ PORT: integer({ … }) }`. */
export type Variables = Readonly<Record<string, Variable<unknown>>>;

/** The frozen values of declarations, under the same names. */
export type Configuration<T extends Variables> = Readonly<{ [K in keyof T]: ValueOf<T[K]> }>;

/** A fault that no single variable shows: which one to change, and how. */
export interface ConfigurationFault {
  variable: string;
  fault: string;
}

/**
 * Reads the declared variables into a frozen object. All faults are reported at once.
 * @param check looks at values that only make sense together; called when each alone is right
 * @throws PlatformError configuration_invalid: one line per fault, "NAME must be …"
 */
export function parseConfiguration<T extends Variables>(
  environment: Environment,
  variables: T,
  check: (configuration: Configuration<T>) => readonly ConfigurationFault[] = () => [],
): Configuration<T> {
  const values: Record<string, unknown> = {};
  const faults: ConfigurationFault[] = [];
  for (const [name, variable] of Object.entries(variables)) {
    const reading = variable.read(name, environment);
    if (reading.ok) values[name] = reading.value;
    else faults.push({ variable: name, fault: reading.fault });
  }
  const configuration = Object.freeze(values) as Configuration<T>;
  if (faults.length === 0) faults.push(...check(configuration));
  if (faults.length > 0) throw configurationInvalid(faults);
  return configuration;
}

/** Makes the error that stops a process whose configuration cannot be used. */
export function configurationInvalid(faults: readonly ConfigurationFault[]): PlatformError {
  const lines = faults.map(({ variable, fault }) => `${variable} ${fault}`);
  return new PlatformError('configuration_invalid', lines.join('\n'), { faults: faults.length });
}
