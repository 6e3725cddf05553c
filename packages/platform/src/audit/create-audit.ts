import type { LogDestination } from '../log/logger-pino';
import { createLogger } from '../log/logger-pino';
import type { Metrics } from '../metrics/metrics';
import { AUDIT_ACTIONS, type Audit } from './audit';

export interface AuditOptions {
  service: string;
  metrics: Metrics;
  /** Standard output by default. */
  destination?: LogDestination;
}

/**
 * Writes each event as one JSON line with `stream: "audit"`, whatever the level of the log, and counts it in
 * `chat_audit_events_total`. What ships logs keeps the lines apart by that field.
 */
export function createAudit({ service, metrics, destination }: AuditOptions): Audit {
  const options = { service, level: 'info' as const, ...(destination !== undefined && { destination }) };
  const logger = createLogger(options).child({ stream: 'audit' });
  const events = metrics.counter({
    name: 'chat_audit_events_total',
    help: 'Events in the audit log, by action and outcome.',
    labelNames: ['action', 'outcome'],
  });
  for (const action of AUDIT_ACTIONS) {
    for (const outcome of ['succeeded', 'refused', 'throttled']) events.inc({ action, outcome }, 0);
  }
  return {
    record(event) {
      const { action, outcome, origin, ...fields } = event;
      events.inc({ action, outcome });
      // A header of a stranger's: what is long says no more.
      const shown = origin === undefined ? {} : { origin: origin.slice(0, 200) };
      logger.info(action, { action, outcome, ...fields, ...shown });
    },
  };
}
