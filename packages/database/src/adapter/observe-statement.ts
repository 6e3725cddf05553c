import {
  isPlatformError,
  type Counter,
  type Histogram,
  type Metrics,
  inSpan,
  type SpanAttributes,
} from '@chat-app/platform';
import { classifyFailure } from './classify-failure';

/** What adapters tell about the statements they run: a span, a duration, and the failure in the port's words. */
export class StatementObserver {
  readonly #duration: Histogram | undefined;
  readonly #failures: Counter | undefined;
  readonly #attributes: SpanAttributes;

  constructor(metrics: Metrics | undefined, attributes: SpanAttributes) {
    this.#attributes = { 'db.system.name': 'postgresql', ...attributes };
    this.#duration = metrics?.histogram({
      name: 'chat_database_query_duration_seconds',
      help: 'Time from sending a statement to its last row, by statement and outcome (ok, refused, unavailable).',
      labelNames: ['statement', 'outcome'],
    });
    this.#failures = metrics?.counter({
      name: 'chat_database_failures_total',
      help: 'Statements that failed, by SQLSTATE (none where PostgreSQL did not answer).',
      labelNames: ['statement', 'sqlstate'],
    });
  }

  /**
   * Runs one statement. The span carries the statement's name, never its parameters.
   * Source: OpenTelemetry semantic conventions, "Database client spans".
   * @throws PlatformError database_unavailable or database_refused
   */
  async run<Result>(statement: string, work: () => Promise<Result>): Promise<Result> {
    const attributes = { ...this.#attributes, 'db.query.summary': statement };
    return inSpan(statement, { kind: 'client', attributes }, async (span) => {
      const begin = performance.now();
      const observe = (outcome: string) =>
        this.#duration?.observe((performance.now() - begin) / 1_000, { statement, outcome });
      try {
        const result = await work();
        observe('ok');
        return result;
      } catch (thrown) {
        const failure = classifyFailure(thrown, statement);
        const sqlstate = failure.details['sqlstate'];
        observe(isPlatformError(failure, 'database_refused') ? 'refused' : 'unavailable');
        this.#failures?.inc({ statement, sqlstate: String(sqlstate ?? 'none') });
        if (sqlstate !== undefined) span.setAttribute('db.response.status_code', sqlstate);
        throw failure;
      }
    });
  }
}
