import type { Database } from '@chat-app/database';
import type { Route } from '@chat-app/platform';
import type { InboxPage } from '@chat-app/protocol';
import { internalRoutes, publicRoutes } from '../src/routes';
import { ask, contextOn, openDatabase, type Question } from './embedded-context';

/**
 * Every route of the service, on a database of one `describe`: it is opened before its tests and closed after them.
 *
 * States: made → open (while tests run) → closed.
 */
export class ServedRoutes {
  #database: Database | undefined;
  #routes: readonly Route[] = [];

  constructor() {
    beforeAll(async () => {
      this.#database = await openDatabase();
      const context = contextOn(this.#database);
      this.#routes = [...internalRoutes(context), ...publicRoutes(context)];
    }, 60_000);
    afterAll(() => this.#database?.close());
  }

  get database(): Database {
    if (this.#database === undefined) throw new Error('the database is open while tests run');
    return this.#database;
  }

  /** Calls a route, as `ask` does. Resolves to the body of its answer. */
  async ask<Body = unknown>(name: string, question?: Question): Promise<Body> {
    return (await ask<Body>(this.#routes, name, question)).body;
  }

  /** A page of an inbox, and the frames that its entries are. */
  async readInbox(user_id: string, after = 0, limit?: number) {
    const query = { user_id, after, ...(limit !== undefined && { limit }) };
    const page = await this.ask<InboxPage>('GET /internal/inbox', { query });
    return { ...page, frames: page.entries.map(({ body }) => JSON.parse(body) as Record<string, unknown>) };
  }

  /** A new group. @returns its id */
  async createGroup(caller: string, ...member_ids: string[]): Promise<string> {
    const body = { title: 'group', member_ids };
    return (await this.ask<{ conversation_id: string }>('POST /conversations', { caller, body })).conversation_id;
  }
}
