import { isHttpUrl } from '../configuration/addresses';
import type { Environment } from '../configuration/variable';
import { withTimeout } from '@chat-app/timing';
import type { Logger } from '../log/logger';
import { enableSpans } from './spans';
import type * as Sdk from './tracing-sdk';

/** Longest time that the last spans may hold up the end of the process, in milliseconds. */
const FLUSH_LIMIT_MS = 3_000;

export interface Tracing {
  /** Exports what is queued (for at most three seconds) and stops. Never rejects. Memoised. */
  close(): Promise<void>;
}

let running: Tracing | undefined;

/**
 * Starts tracing for this process where OTEL_EXPORTER_OTLP_ENDPOINT (or …_TRACES_ENDPOINT) is set; without it, and with
 * OTEL_SDK_DISABLED=true or OTEL_TRACES_EXPORTER=none, nothing is loaded and spans cost nothing. Sampling, resource
 * attributes, queue bounds and headers follow the OTEL_* variables. A process has one tracing: while it runs, a second
 * call returns it. `runProcess` makes the first. An endpoint that is no URL leaves it off, with a warning: the SDK would export to
 * its default instead, and log the endpoint with the password it may hold.
 */
export function startTracing(options: { service: string; environment: Environment; logger?: Logger }): Tracing {
  const { environment } = options;
  if (running !== undefined) return running;
  if (!wanted(environment, options.logger)) return { close: async () => undefined };
  // Loaded on demand: see tracing-sdk.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { startSdk } = require('./tracing-sdk') as typeof Sdk;
  const sdk = startSdk(options.service, options.logger);
  enableSpans(true, { followsParents: followsParents(environment) });
  let closed: Promise<void> | undefined;
  const tracing: Tracing = {
    close: () => {
      closed ??= flush(sdk).then(() => {
        enableSpans(false);
        running = undefined;
      });
      return closed;
    },
  };
  running = tracing;
  return tracing;
}

const ENDPOINTS = ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT'];

function wanted(environment: Environment, logger: Logger | undefined): boolean {
  const name = ENDPOINTS.find((candidate) => environment[candidate] !== undefined);
  const endpoint = name === undefined ? '' : (environment[name]?.trim() ?? '');
  if (endpoint === '') return false;
  if (environment['OTEL_SDK_DISABLED'] === 'true' || environment['OTEL_TRACES_EXPORTER'] === 'none') return false;
  if (isHttpUrl(endpoint)) return true;
  logger?.warn(`tracing is off: ${name} must be a URL: http://host:port or https://host:port`);
  return false;
}

/** Whether OTEL_TRACES_SAMPLER samples what has a parent exactly where that is sampled, as the SDK's default does. */
function followsParents(environment: Environment): boolean {
  return !['always_on', 'traceidratio'].includes(environment['OTEL_TRACES_SAMPLER']?.trim() ?? '');
}

async function flush(sdk: Sdk.TracingSdk): Promise<void> {
  // A collector that is unavailable makes shutdown reject: nothing to do about it at the end.
  await withTimeout(
    FLUSH_LIMIT_MS,
    sdk.shutdown().catch(() => undefined),
  );
}
