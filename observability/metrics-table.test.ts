/**
 * The table of docs/observability.md is what the services declare. `UPDATE_DOCS=true npx jest
 * observability/metrics-table.test.ts --selectProjects unit` writes it.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createAudit, createServiceClient, Metrics, silentLogger, startHttpServer } from '@chat-app/platform';
import { createTokenVerifier, StandingSessions, type SessionSource } from '@chat-app/tokens';
import { ERRORS } from '@chat-app/protocol';
import { createPostgresDatabase } from '@chat-app/database/postgres';
import { fanoutMetrics } from '@chat-app/fanout/adapter';
import { declareLogMetrics } from '@chat-app/message-log/adapter';
import { StatementObserver } from '@chat-app/database/adapter';
import { declareMetrics as declareAuthentication } from '../services/authentication/src/metrics';
import { createPersistenceMetrics } from '../services/persistence/src/metrics';
import { declareMetrics as declareWebsocket } from '../services/websocket/src/metrics';
import { DASHBOARDS } from './dashboards';
import { burnRateRules } from './burn-rates';
import { parse } from 'yaml';
import type { RuleFile } from './burn-rates';

const DOCUMENT = join(__dirname, '..', 'docs', 'observability.md');
const MARKS = ['<!-- metrics: begin (checked against the declarations) -->', '<!-- metrics: end -->'] as const;

interface Row {
  kind: string;
  labels: readonly string[];
  help: string;
  services: string[];
}

async function declareShared(metrics: Metrics, parts: readonly ('database' | 'log' | 'fanout' | 'client' | 'keys')[]) {
  const logger = silentLogger;
  const server = await startHttpServer({
    name: 'public',
    host: '127.0.0.1',
    port: 0,
    routes: [],
    logger,
    metrics,
    errors: ERRORS,
  });
  await server.close();
  createAudit({ service: 'x', metrics });
  // The same class; a name for it that the sources know.
  const own = metrics;
  if (parts.includes('log')) declareLogMetrics(own);
  if (parts.includes('fanout')) fanoutMetrics(own);
  if (parts.includes('keys')) {
    createTokenVerifier({ jwksUrl: 'http://localhost/', issuer: 'i', audience: 'a', logger, metrics }).close();
    // Nothing is asked: it is only declared.
    await new StandingSessions({ source: {} as SessionSource, logger, metrics }).close();
  }
  if (parts.includes('client')) {
    const baseUrl = 'http://localhost';
    createServiceClient({ name: 'x', baseUrl, secretHeader: 'x', timeoutMs: 1, metrics, logger }).close();
  }
  if (parts.includes('database')) {
    new StatementObserver(own, {});
    await createPostgresDatabase({
      host: 'localhost',
      user: 'x',
      applicationName: 'x',
      poolSize: 1,
      logger,
      metrics,
    }).close();
  }
}

/** Each service's metrics as its main.ts and its index declare them. */
async function declaredMetrics(): Promise<Map<string, Row>> {
  const authentication = new Metrics('authentication');
  declareAuthentication(authentication);
  await declareShared(authentication, ['database', 'fanout', 'keys']);
  const websocket = new Metrics('websocket');
  declareWebsocket(websocket, { size: 0 });
  await declareShared(websocket, ['log', 'fanout', 'client', 'keys']);
  const persistence = new Metrics('persistence');
  createPersistenceMetrics(persistence);
  await declareShared(persistence, ['database', 'log', 'fanout', 'client', 'keys']);
  const rows = new Map<string, Row>();
  for (const [service, metrics] of Object.entries({ authentication, websocket, persistence })) {
    for (const { kind, name, help, labelNames } of metrics.describe()) {
      const row = rows.get(name) ?? { kind, labels: labelNames, help, services: [] };
      row.services.push(service);
      rows.set(name, row);
    }
  }
  return rows;
}

function tableOf(rows: ReadonlyMap<string, Row>): string {
  const lines = [...rows]
    .sort(([one], [other]) => one.localeCompare(other))
    .map(([name, row]) => {
      const services = row.services.length === 3 ? 'all' : row.services.join(', ');
      return `| \`${name}\` | ${row.kind} | ${row.labels.join(', ')} | ${services} | ${row.help} |`;
    });
  return ['| metric | type | labels | services | what |', '|---|---|---|---|---|', ...lines].join('\n');
}

describe('metrics', () => {
  let declared: Map<string, Row>;
  beforeAll(async () => {
    declared = await declaredMetrics();
  });

  it('stand in the table of docs/observability.md as they are declared', () => {
    const document = readFileSync(DOCUMENT, 'utf8');
    const [before = '', rest = ''] = document.split(MARKS[0]);
    const [table = '', after = ''] = rest.split(MARKS[1]);
    const expected = tableOf(declared);
    if (process.env['UPDATE_DOCS'] === 'true') {
      writeFileSync(DOCUMENT, `${before}${MARKS[0]}\n\n${expected}\n\n${MARKS[1]}${after}`);
    } else expect(table.trim()).toBe(expected);
  });

  it('begin with chat_, counters end in _total, times in _seconds', () => {
    for (const [name, { kind }] of declared) {
      expect(name).toMatch(/^chat_[a-z_]+$/);
      expect([name, name.endsWith('_total')]).toEqual([name, kind === 'counter']);
      if (/duration|delay|wait_/.test(name) && kind === 'histogram') expect(name).toMatch(/_seconds$/);
    }
  });

  it('are what dashboards and rules ask for: no name is made up', () => {
    const alerts = parse(readFileSync(join(__dirname, '../charts/chat-app/rules/alerts.yaml'), 'utf8')) as RuleFile;
    const rules = [...alerts.groups, ...burnRateRules().groups].flatMap((group) =>
      group.rules.map((rule) => rule.expr),
    );
    const panels = DASHBOARDS.flatMap(({ rows }) =>
      rows.flatMap((row) => row.panels.flatMap((panel) => panel.queries.map((query) => query.expression))),
    );
    const asked = new Set([...rules, ...panels].flatMap((text) => text.match(/\bchat_[a-z_]+/g) ?? []));
    const known = (name: string): boolean =>
      declared.has(name) || declared.get(name.replace(/_(bucket|count|sum)$/, ''))?.kind === 'histogram';
    expect(asked.size).toBeGreaterThan(30);
    expect([...asked].filter((name) => !known(name))).toEqual([]);
  });
});
