import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { silentLogger, startTracing } from '@chat-app/platform';
import type { SessionResponse } from '@chat-app/protocol';
import { metricValue, startHarness, type Answer } from '../test/authentication-harness';

describe('secrets', () => {
  it('stand in no log line, no metric, no span and no error', async () => {
    const collector = await startCollector();
    const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_TRACES_SAMPLER: 'always_on' };
    const tracing = startTracing({ service: 'authentication', environment, logger: silentLogger });
    const service = await startHarness({ configuration: { DEMO_USERS: true } });
    const secrets = new Set(['first secret phrase', 'second secret phrase', 'wrong secret phrase', 'pwd1']);
    const errors: Answer[] = [];
    const keep = (answer: Answer) => {
      const session = (answer.json ?? {}) as Partial<SessionResponse>;
      for (const secret of [session.token, session.refresh_token]) if (secret !== undefined) secrets.add(secret);
      if (answer.error !== undefined) errors.push(answer);
      return session as SessionResponse;
    };
    try {
      const first = keep(await service.call('POST', '/register', { username: 'eve', password: 'first secret phrase' }));
      keep(await service.call('POST', '/register', { username: 'eve', password: 'first secret phrase' }));
      keep(await service.logIn('eve', 'wrong secret phrase'));
      keep(await service.logIn('user1', 'pwd1'));
      keep(await service.call('POST', '/login', { username: 'eve', password: { nested: 'wrong secret phrase' } }));
      keep(await service.call('POST', '/login', '{"username":"eve","password":"wrong secret phrase'));
      const second = keep(await service.refresh(first.refresh_token));
      keep(await service.refresh(second.refresh_token));
      const body = { password: 'first secret phrase', new_password: 'second secret phrase' };
      keep(await service.callAs(second.token, 'PUT', '/password', body));
      keep(
        await service.callAs(second.token, 'PUT', '/password', { ...body, new_password: 'second secret phrase\u0000' }),
      );
      keep(await service.callAs(`${second.token}x`, 'GET', '/users?username=eve'));
      keep(await service.refresh(first.refresh_token));
      // A fault of the server, with whatever it has to say about the statement.
      await service.database.query({ name: 'break', text: 'alter table auth.users rename to users_away' });
      keep(await service.logIn('eve', 'second secret phrase'));
      keep(await service.call('POST', '/register', { username: 'mallory', password: 'second secret phrase' }));

      expect(errors.map((answer) => answer.status)).toEqual([409, 401, 400, 400, 400, 401, 401, 500, 500]);
      expect(service.lines.length).toBeGreaterThan(3);
      await tracing.close();
      const spans = collector.received();
      expect(spans).toContain('/login');
      const { body: exposed } = await service.metrics.expose();
      const texts = [printed(service.lines), exposed, spans, JSON.stringify(errors.map((answer) => answer.json))];
      for (const secret of secrets) for (const text of texts) expect(text).not.toContain(secret);
      expect(await metricValue(service.metrics, 'chat_authentication_logins_total', { outcome: 'failed' })).toBe(1);
    } finally {
      await service.close();
      await tracing.close();
      await collector.close();
    }
  });
});

/** Takes OTLP exports. Their protobuf holds texts as they are, so that they can be searched undecoded. */
async function startCollector() {
  const chunks: Buffer[] = [];
  const server = createServer((request, response) => {
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => response.end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received: () => Buffer.concat(chunks).toString('latin1'),
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** All that a logger could print of the lines: errors with their stacks, causes and own fields. */
function printed(lines: unknown): string {
  return JSON.stringify(lines, (_key, value: unknown) =>
    value instanceof Error
      ? { message: value.message, stack: value.stack, cause: value.cause, ...(value as unknown as object) }
      : value,
  );
}
