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
 * call returns it. `runProcess` makes the first.
 */
export function startTracing(options: { service: string; environment: Environment; logger?: Logger }): Tracing {
  const { environment } = options;
  if (running !== undefined) return running;
  if (!wanted(environment)) return { close: async () => undefined };
  // Loaded on demand: see tracing-sdk.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { startSdk } = require('./tracing-sdk') as typeof Sdk;
  const sdk = startSdk(options.service, options.logger);
  enableSpans(true);
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

function wanted(environment: Environment): boolean {
  const endpoint = environment['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] ?? environment['OTEL_EXPORTER_OTLP_ENDPOINT'];
  if (endpoint === undefined || endpoint.trim() === '') return false;
  return environment['OTEL_SDK_DISABLED'] !== 'true' && environment['OTEL_TRACES_EXPORTER'] !== 'none';
}

async function flush(sdk: Sdk.TracingSdk): Promise<void> {
  // A collector that is unavailable makes shutdown reject: nothing to do about it at the end.
  await withTimeout(
    FLUSH_LIMIT_MS,
    sdk.shutdown().catch(() => undefined),
  );
}
