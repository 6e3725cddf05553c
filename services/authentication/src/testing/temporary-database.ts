import { randomBytes } from 'node:crypto';
import type { Database } from '@chat-app/database';
import { Metrics, secretOf, silentLogger } from '@chat-app/platform';
import { createPostgresDatabase } from '@chat-app/database/postgres';

/** A database of its own on a real server, so that tests side by side do not meet. */
export interface TemporaryDatabase {
  /** Connects to it as a pod does; by way of another host and port where given. */
  connect(through?: { host: string; port: number }): Database;
  /** Closes all connections and drops it. */
  drop(): Promise<void>;
}

/** @param url of a server on which the user may create databases */
export async function createTemporaryDatabase(url: string): Promise<TemporaryDatabase> {
  const name = `authentication_${randomBytes(6).toString('hex')}`;
  const admin = open(url);
  await admin.query({ name: 'create_database', text: `create database ${name}` });
  const opened: Database[] = [];
  return {
    connect(through) {
      const address = new URL(url);
      address.pathname = `/${name}`;
      if (through !== undefined) Object.assign(address, { hostname: through.host, port: String(through.port) });
      const database = open(address.href);
      opened.push(database);
      return database;
    },
    async drop() {
      await Promise.all(opened.map((database) => database.close()));
      await admin.query({ name: 'drop_database', text: `drop database ${name} with (force)` });
      await admin.close();
    },
  };
}

function open(url: string): Database {
  return createPostgresDatabase({
    url: secretOf(url),
    poolSize: 10,
    applicationName: 'authentication-test',
    logger: silentLogger,
    metrics: new Metrics('authentication'),
  });
}
