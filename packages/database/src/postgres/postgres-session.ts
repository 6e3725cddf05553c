import { createHash } from 'node:crypto';
import { PlatformError } from '@chat-app/platform';
import { endsConnection } from '../adapter/classify-failure';
import { toText } from '../adapter/convert-values';
import type { SqlValue, Statement } from '../database';
import type { MigrationSession } from '../adapter/migrate';
import type { StatementObserver } from '../adapter/observe-statement';

/** What is used of a connection of the library `pg`. */
export interface PostgresConnection {
  query(query: string | { name: string; text: string; values: (string | null)[] }): Promise<{
    rows: object[];
    command: string;
  }>;
}

/** One connection whose statements run one after another: the inside of a transaction. */
export class PostgresSession implements MigrationSession {
  #last: Promise<unknown> = Promise.resolve();
  #over = false;

  constructor(
    readonly client: PostgresConnection,
    readonly observer: StatementObserver,
    readonly discard: () => void = () => undefined,
  ) {}

  query<Row extends object>(statement: Statement, parameters: readonly SqlValue[] = []): Promise<Row[]> {
    return this.#next(statement.name, () => run<Row>(this.client, statement, parameters));
  }

  script(name: string, sql: string): Promise<void> {
    return this.#next(name, async () => void (await this.client.query(sql)));
  }

  async transaction(work: () => Promise<void>): Promise<void> {
    await this.script('begin', 'begin');
    try {
      await work();
    } catch (thrown) {
      await this.script('rollback', 'rollback').catch(() => undefined);
      throw thrown;
    }
    await this.script('commit', 'commit');
  }

  /** Ends the transaction after all that was asked for. Statements asked for later are refused. */
  async end(how: 'commit' | 'rollback'): Promise<void> {
    this.#over = true;
    await this.#last;
    try {
      const { command } = await this.client.query(how);
      if (how === 'commit' && command === 'ROLLBACK') {
        throw new PlatformError(
          'database_refused',
          'the transaction was rolled back: one of its statements had failed',
        );
      }
    } catch (thrown) {
      if (how === 'rollback') this.discard();
      throw thrown;
    }
  }

  #next<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    if (this.#over) return Promise.reject(new PlatformError('illegal_state', `${name}: the transaction is over`));
    const result = this.#last.then(() =>
      this.observer.run(name, async () => {
        try {
          return await work();
        } catch (thrown) {
          if (endsConnection(thrown)) this.discard();
          throw thrown;
        }
      }),
    );
    this.#last = result.catch(() => undefined);
    return result;
  }
}

/** Runs a statement, prepared once per connection. @throws what the library throws */
export async function run<Row extends object>(
  client: PostgresConnection,
  { name, text }: Statement,
  parameters: readonly SqlValue[],
): Promise<Row[]> {
  const values = parameters.map(toText);
  return (await client.query({ name: preparedName(name, text), text, values })).rows as Row[];
}

const preparedNames = new Map<string, string>();

/** Different texts never share a name, whoever chose the names; PostgreSQL cuts them at 63 bytes. */
function preparedName(name: string, text: string): string {
  let prepared = preparedNames.get(text);
  if (prepared === undefined) {
    const digest = createHash('sha256').update(text).digest('hex').slice(0, 12);
    prepared = `${name.slice(0, 48)}_${digest}`;
    preparedNames.set(text, prepared);
  }
  return prepared;
}
