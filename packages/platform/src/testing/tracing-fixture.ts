import { inSpan, startTracing } from '../tracing';

/**
 * Makes spans under the environment's OTEL_* variables, for start-tracing.test.ts: outside jest, where the exporter's dynamic
 * imports work. What it measured it tells as one JSON line on standard output.
 */
async function main(): Promise<void> {
  const tracing = startTracing({ service: 'persistence', environment: process.env });
  const same = startTracing({ service: 'again', environment: process.env }) === tracing;
  const spans = Number(process.env['SPANS'] ?? 1);
  const began = performance.now();
  const traceparent = await inSpan('store messages', { parent: process.env['PARENT'] }, (span) => span.traceparent);
  for (let span = 1; span < spans; span += 1) await inSpan('more', {}, () => undefined);
  const workedMs = performance.now() - began;
  await tracing.close();
  await tracing.close();
  const closedMs = performance.now() - began - workedMs;
  const after = await inSpan('after', {}, (span) => span.traceparent);
  const loaded = Object.keys(require.cache).some((path) => path.includes('sdk-node'));
  process.stdout.write(
    `${JSON.stringify({ message: 'done', same, traceparent, after, workedMs, closedMs, loaded })}\n`,
  );
}

void main();
