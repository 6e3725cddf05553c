import { TokenBucket } from '@chat-app/timing';
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

/** Refusals of one action that get a line: a flood of them must not fill the disk of who keeps the lines. All are counted. */
const LINES_PER_SECOND = 100;
const LINES_AT_ONCE = 1_000;

/**
 * Writes each event as one JSON line with `stream: "audit"`, whatever the level of the log, and counts it in
 * `chat_audit_events_total`; of a flood of refusals some, and how many were left out. Each
 * action has a budget of its own: forged tokens, which cost nothing, do not hide guessed passwords. What ships logs keeps the lines apart by that field.
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
  const began = performance.now();
  const refusals = new Map(AUDIT_ACTIONS.map((action) => [action, new TokenBucket(LINES_AT_ONCE, began)]));
  let left = 0;
  return {
    record(event) {
      const { action, outcome, origin, ...fields } = event;
      events.inc({ action, outcome });
      const budget = outcome === 'succeeded' ? undefined : refusals.get(action);
      if ((budget?.take(performance.now(), LINES_PER_SECOND, LINES_AT_ONCE) ?? 0) > 0) {
        left += 1;
        return;
      }
      if (left > 0) logger.info('audit events over the limit', { left_out: left });
      left = 0;
      // A header of a stranger's: what is long says no more.
      const shown = origin === undefined ? {} : { origin: origin.slice(0, 200) };
      logger.info(action, { action, outcome, ...fields, ...shown });
    },
  };
}
