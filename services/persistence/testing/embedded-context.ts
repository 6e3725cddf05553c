import { randomUUID } from 'node:crypto';
import type { Database } from '@chat-app/database';
import type { Fanout } from '@chat-app/fanout';
import { Metrics, silentLogger, type Route } from '@chat-app/platform';
import { createEmbeddedFanout } from '@chat-app/embedded/fanout';
import { directConversationId, type ChatMessage } from '@chat-app/protocol';
import { openEmbeddedDatabase } from '../../../test/testing/embedded-database';
import { CallerBudgets } from '../src/caller-budgets';
import type { PersistenceSettings } from '../src/configuration';
import type { Context } from '../src/context';
import { createPersistenceMetrics } from '../src/metrics';
import { MIGRATIONS, SCHEMA } from '../src/migrations';
import { ReceiptTeller } from '../src/receipts/tell-receipts';
import { retentionFrom } from '../src/retention/retention-settings';
import { projectEvent } from '../src/storing/project-event';
import { storeEvents, type StoreOutcome } from '../src/storing/store-events';

/** How long rows are kept, as by default. */
const RETENTION = {
  CONFIRMED_ENTRY_DAYS: 7,
  ENTRY_DAYS: 90,
  MESSAGE_DAYS: 0,
  REDRIVEN_MESSAGE_DAYS: 60,
  DEAD_MESSAGE_DAYS: 0,
};

export const SETTINGS: PersistenceSettings = {
  maxRetryValue: 3,
  onDatabaseOutage: 'wait',
  groupId: 'persistence',
  batchRecords: 500,
  gatherMs: 0,
  changeWithinMs: undefined,
  callsPerSecond: 1_000,
  callsBurst: 10_000,
  rowsPerMinute: 100_000,
  invitationsPerHour: 100,
  invitations: 'at_once',
  maxGroups: 1_000,
  maxMembers: 1_000,
  maxDevices: 50,
  keptDays: 90,
  retention: retentionFrom(RETENTION),
};

/** A database in memory with the schema of persistence. Whoever opens it closes it. */
export async function openDatabase(): Promise<Database> {
  const database = await openEmbeddedDatabase();
  await database.migrate(SCHEMA, MIGRATIONS);
  return database;
}

/** Makes the database refuse messages that say `poison`, as it would one whose data are at fault. */
export async function refusePoison(database: Database): Promise<void> {
  const text = "alter table chat.messages add constraint no_poison check (content <> 'poison')";
  await database.query({ name: 'add_constraint', text });
}

/** What the verbs share, on embedded adapters; users listed in `strangers` do not exist. */
export function contextOn(
  database: Database,
  fanout: Fanout = createEmbeddedFanout(),
  strangers: string[] = [],
  settings: PersistenceSettings = SETTINGS,
): Context {
  const metrics = createPersistenceMetrics(new Metrics('persistence'));
  return {
    database,
    fanout,
    authentication: { findUnknownUsers: async (ids) => ids.filter((id) => strangers.includes(id)) },
    settings,
    budgets: new CallerBudgets(settings),
    receipts: new ReceiptTeller({ database, fanout, metrics, logger: silentLogger }),
    metrics,
    logger: silentLogger,
  };
}

/** A fan-out that receives everything published on these channels. */
export async function listen(
  fanout: Fanout,
  channels: readonly string[],
): Promise<{ channel: string; text: string }[]> {
  const received: { channel: string; text: string }[] = [];
  fanout.onMessage((channel, payload) => received.push({ channel, text: Buffer.from(payload).toString('utf8') }));
  await fanout.subscribe(channels);
  return received;
}

/** Resolves when an embedded fan-out has handed over what was published. */
export const delivered = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

/** A direct message, new unless told otherwise. */
export function directMessage(sender: string, recipient: string, content = 'hello'): ChatMessage {
  return {
    message_id: randomUUID(),
    conversation_id: directConversationId(sender, recipient),
    sender_id: sender,
    recipient_id: recipient,
    content,
    sent_at: new Date().toISOString(),
  };
}

export function groupMessage(sender: string, conversation: string, content = 'hello all'): ChatMessage {
  return {
    message_id: randomUUID(),
    conversation_id: conversation,
    sender_id: sender,
    content,
    sent_at: new Date().toISOString(),
  };
}

/** Stores messages in one call. */
export function storeMessages(database: Database, messages: readonly ChatMessage[]): Promise<readonly StoreOutcome[]> {
  return storeEvents(
    database,
    messages.map((value) => projectEvent('message', value)),
  );
}

/** Stores messages, one call for all, and answers their ids. */
export async function storeAll(database: Database, messages: readonly ChatMessage[]): Promise<string[]> {
  const outcomes = await storeMessages(database, messages);
  for (const { outcome } of outcomes) if (outcome !== 'stored') throw new Error(`a message of the test is ${outcome}`);
  return messages.map((message) => message.message_id);
}

export interface Question {
  caller?: string;
  params?: Record<string, string>;
  query?: Record<string, unknown>;
  body?: unknown;
}

/** Calls a route as the server would: input through its schemas, answer held against them. */
export async function ask<Body = unknown>(
  routes: readonly Route[],
  name: string,
  question: Question = {},
): Promise<{ status: number; body: Body }> {
  const route = routes.find(({ method, path }) => `${method} ${path}` === name);
  if (route === undefined) throw new Error(`there is no route ${name}`);
  const result = await route.handle({
    params: route.params?.parse(question.params ?? {}),
    query: route.query?.parse(question.query ?? {}),
    body: route.body?.parse(question.body ?? {}),
    caller: { userId: question.caller ?? '', sessionId: '', tokenId: '', issuedAt: 0, expiresAt: 0 },
    address: '127.0.0.1',
    signal: new AbortController().signal,
  });
  const schema = route.responses[result.status];
  if (schema === undefined) throw new Error(`${name} answered ${result.status}, which it does not declare`);
  if (schema === null && result.body !== undefined) throw new Error(`${name} has a body at ${result.status}`);
  const body = schema === null ? undefined : schema.parse(JSON.parse(JSON.stringify(result.body)));
  return { status: result.status, body: body as Body };
}
