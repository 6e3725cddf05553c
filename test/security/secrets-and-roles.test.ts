/** The services as real processes with roles of their own: what each may not read, and what none of them may say. */
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { Stack } from '../failures/testing/stack';
import { OtlpReceiver } from '../testing/otlp-receiver';
import { RawSocket, refusedHandshake } from '../testing/raw-socket';
import { call } from '../testing/system-users';

jest.setTimeout(300_000);

let stack: Stack;
let receiver: OtlpReceiver;

beforeAll(async () => {
  receiver = await OtlpReceiver.open();
  stack = await Stack.start({
    environment: {
      LOG_LEVEL: 'debug',
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
      OTEL_BSP_SCHEDULE_DELAY: '200',
    },
  });
});
afterAll(async () => {
  await stack?.release();
  await receiver?.close();
});

describe('the roles of the database', () => {
  async function as(role: string, statement: string): Promise<string> {
    const client = new Client({ connectionString: stack.backends.databaseUrl(role) });
    await client.connect();
    try {
      await client.query(statement);
      return 'done';
    } catch (error) {
      return (error as { code?: string }).code ?? String(error);
    } finally {
      await client.end();
    }
  }
  const PERMISSION_DENIED = '42501';

  it.each([
    ['authentication', 'select 1 from chat.messages'],
    ['authentication', 'select 1 from chat.inbox'],
    ['authentication', 'insert into chat.inbox_heads values (gen_random_uuid(), 1)'],
    ['persistence', 'select 1 from auth.users'],
    ['persistence', 'select 1 from auth.sessions'],
    ['persistence', 'select 1 from auth.refresh_tokens'],
    ['authentication', 'create role another'],
    ['persistence', 'create role another'],
    ['persistence', 'alter system set port = 1'],
  ])('do not let %s do "%s"', async (role, statement) => {
    expect(await as(role, statement)).toBe(PERMISSION_DENIED);
  });

  it.each([
    ['authentication', 'select 1 from auth.users'],
    ['persistence', 'select 1 from chat.messages'],
  ])('let %s do "%s": the refusals above are not for want of a table', async (role, statement) => {
    expect(await as(role, statement)).toBe('done');
  });
});

describe('secrets', () => {
  it('stand in no log at level debug, no metric and no span', async () => {
    const password = `pass-${randomUUID()}`;
    const wrong = `wrong-${randomUUID()}`;
    const content = `content-${randomUUID()}`;
    const username = `s-${randomUUID().slice(0, 20)}`;
    const post = (path: string, body: object, token?: string) =>
      call('POST', `${stack.authenticationUrl}/${path}`, { body, token });
    const { body: session } = await post('register', { username, password });
    await post('login', { username, password: wrong });
    const refreshed = await post('refresh', { refresh_token: session.refresh_token });
    const token = refreshed.body.token;
    const [pod] = stack.pods.websocket;
    const address = `http://127.0.0.1:${pod!.process.options.environment['PORT']}`;
    const socket = await RawSocket.open(address, { token });
    const { frames } = socket;
    await socket.ask({ recipient_id: session.user_id, content });
    await socket.find('stored');
    await socket.close();
    expect(frames.length).toBeGreaterThan(0);
    await refusedHandshake(address, { token: `${token}x` });
    // Failures say more than successes: let everything fail once with these values on the way.
    await stack.backends.postgres.process.end('SIGQUIT');
    await post('login', { username, password });
    await post('refresh', { refresh_token: refreshed.body.refresh_token });
    await call('GET', `${stack.persistence.url}/conversations`, { token });
    await stack.backends.postgres.start();
    await receiver.until((spans) => spans.length > 0);

    const { INTERNAL_SECRET } = pod!.process.options.environment;
    const secrets = {
      password,
      wrong,
      content,
      token,
      'first token': session.token,
      'refresh token': session.refresh_token,
      'next refresh token': refreshed.body.refresh_token,
      'internal secret': INTERNAL_SECRET!,
      'database password': ':authentication@',
    };
    const said = await everythingSaid();
    expect(said.length).toBeGreaterThan(1_000);
    const told = Object.entries(secrets).filter(([, secret]) => said.includes(secret));
    expect(told.map(([name]) => name)).toEqual([]);
  });

  async function everythingSaid(): Promise<string> {
    const logs = readdirSync(stack.logs).map((file) => readFileSync(join(stack.logs, file), 'utf8'));
    const metrics = await Promise.all(
      stack.allPods.map(async (pod) =>
        (await fetch(`http://127.0.0.1:${pod.process.options.managementPort}/metrics`)).text(),
      ),
    );
    return [...logs, ...metrics, JSON.stringify(receiver.spans)].join('\n');
  }
});

describe('internal calls', () => {
  it('answer nobody without the secret, on any internal port', async () => {
    const ports = [
      ...stack.pods.authentication.map((pod) => pod.process.options.environment['INTERNAL_PORT']),
      ...stack.pods.persistence.map((pod) => pod.process.options.environment['INTERNAL_PORT']),
    ];
    const paths = ['/internal/users/unknown', '/internal/sessions/ended', '/internal/inbox', '/internal/heads', '/'];
    for (const port of ports) {
      for (const path of paths) {
        for (const secret of [undefined, '', 'guess']) {
          const headers = secret === undefined ? {} : { 'x-internal-secret': secret };
          const answer = await call('POST', `http://127.0.0.1:${port}${path}`, { body: { user_ids: [] }, headers });
          expect([401, 403, 404, 405]).toContain(answer.status);
        }
      }
    }
  });
});
