import { diag, DiagLogLevel, type DiagLogger } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { NodeSDK } from '@opentelemetry/sdk-node';
import type { Logger } from '../log/logger';

/**
 * The OpenTelemetry SDK: traces only, exported by OTLP (http/protobuf) as OTEL_* says. Loading it takes about half a second
 * and 27 MB, so start-tracing loads this file only where traces are wanted.
 */
export interface TracingSdk {
  /** Exports what is queued and stops. May take as long as the exporter's timeout. */
  shutdown(): Promise<void>;
}

/** Starts the SDK and registers it with the OpenTelemetry API. */
export function startSdk(service: string, logger: Logger | undefined): TracingSdk {
  if (logger !== undefined) diag.setLogger(diagnosticsTo(logger), { logLevel: DiagLogLevel.WARN });
  const sdk = new NodeSDK({
    serviceName: process.env['OTEL_SERVICE_NAME'] ?? service,
    traceExporter: new OTLPTraceExporter(),
    // Metrics and logs have their own way out: an empty list keeps the SDK from exporting them by default.
    metricReaders: [],
    logRecordProcessors: [],
  });
  sdk.start();
  return sdk;
}

/** What the SDK has to say about itself (an exporter that fails) goes to the log, at most once every ten seconds. */
function diagnosticsTo(logger: Logger): DiagLogger {
  let quietUntil = Number.NEGATIVE_INFINITY;
  const report = (message: string) => {
    if (performance.now() < quietUntil) return;
    quietUntil = performance.now() + 10_000;
    logger.warn('tracing exporter error', { reason: message.slice(0, 500) });
  };
  const nothing = () => undefined;
  return { error: report, warn: report, info: nothing, debug: nothing, verbose: nothing };
}
