import { commonVariables, parseConfiguration, type Configuration, type Variables } from '../configuration';
import { Metrics } from '../metrics/metrics';
import { escapeControls } from '../log/escape-controls';
import { runProcess, type ProcessContext } from './run-process';

const { LOG_LEVEL, POD_NAME, SHUTDOWN_TIMEOUT_MS } = commonVariables;

/** A process that does one thing, prints what came of it as JSON, and ends. */
export interface Command<Arguments, Declared extends Variables> {
  name: string;
  /** Reads the arguments of the command line. @throws PlatformError configuration_invalid, with the usage */
  parseArguments: (args: readonly string[]) => Arguments;
  /** What it reads from the environment, beside what every process does. */
  variables: Declared;
  /**
   * An operator runs it beside a service, in its container: standard output is the answer, indented for reading, nothing but errors is
   * logged, and no spans are made, which would be the service's. Else it is a job of its own: its answer is one line.
   */
  isBesideService?: boolean;
}

/** What a command works with. */
export interface CommandContext<Arguments, Declared extends Variables> extends Omit<ProcessContext, 'stop'> {
  given: Arguments;
  configuration: Configuration<Declared>;
  metrics: Metrics;
}

/** Runs a command as this process, as runProcess in everything else. `work` answers what is printed. */
export function runCommand<Arguments, Declared extends Variables>(
  { name, parseArguments, variables, isBesideService = false }: Command<Arguments, Declared>,
  work: (context: CommandContext<Arguments, Declared>) => Promise<object>,
): void {
  if (isBesideService) {
    process.env['LOG_LEVEL'] = 'error';
    delete process.env['OTEL_EXPORTER_OTLP_ENDPOINT'];
  }
  runProcess(name, async ({ stop, ...context }) => {
    const given = parseArguments(process.argv.slice(2));
    const declared = { LOG_LEVEL, POD_NAME, SHUTDOWN_TIMEOUT_MS, ...variables };
    const configuration = parseConfiguration(context.environment, declared) as Configuration<Declared>;
    const answer = await work({ ...context, given, configuration, metrics: new Metrics(name) });
    const text = JSON.stringify(answer, null, isBesideService ? 2 : undefined);
    process.stdout.write(`${escapeControls(text)}\n`);
    stop('the command is done');
    return {};
  });
}
