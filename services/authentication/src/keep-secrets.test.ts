import { trace } from '@opentelemetry/api';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { SessionResponse } from '@chat-app/protocol';
import { enableSpans } from '../../../packages/platform/src/tracing/spans';
import { metricValue, startHarness, type Answer } from './testing/authentication-harness';

describe('secrets', () => {
  it('stand in no log line, no metric, no span and no error', async () => {
    const tracing = recordSpans();
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
      const spans = tracing.recorded();
      expect(spans).toContain('/login');
      const { body: exposed } = await service.metrics.expose();
      const texts = [printed(service.lines), exposed, spans, JSON.stringify(errors.map((answer) => answer.json))];
      for (const secret of secrets) for (const text of texts) expect(text).not.toContain(secret);
      expect(await metricValue(service.metrics, 'chat_authentication_logins_total', { outcome: 'failed' })).toBe(1);
    } finally {
      await service.close();
      await tracing.close();
    }
  });
});

/** Records every span, with its attributes, events and status. */
function recordSpans() {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  trace.setGlobalTracerProvider(provider);
  enableSpans(true);
  return {
    recorded: () =>
      JSON.stringify(
        exporter.getFinishedSpans().map(({ name, attributes, events, status, resource }) => ({
          name,
          attributes,
          events,
          status,
          resource: resource.attributes,
        })),
      ),
    close: async () => {
      enableSpans(false);
      trace.disable();
      await provider.shutdown();
    },
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
