/** Tracing is a spectator: a collector that is deaf, or away, neither slows nor stops a service. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { RawSocket } from '../testing/raw-socket';
import { call } from '../testing/system-users';
import { Stack } from '../failures/testing/stack';

jest.setTimeout(300_000);

/** Fewer than a user may send in one burst. */
const MESSAGES = 90;
/** What the flush of the last spans may take (3 s), and a busy machine. */
const STOP_WITHIN_MS = 15_000;

describe('with a collector that takes connections and never answers', () => {
  let deaf: Server;
  let stack: Stack;
  let connections = 0;

  beforeAll(async () => {
    deaf = createServer((socket) => {
      connections += 1;
      socket.on('error', () => undefined);
    });
    deaf.listen(0, '127.0.0.1');
    await once(deaf, 'listening');
    const endpoint = `http://127.0.0.1:${(deaf.address() as AddressInfo).port}`;
    // Queue and batch small, so that both are full at once.
    const environment = {
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      OTEL_BSP_SCHEDULE_DELAY: '100',
      OTEL_BSP_MAX_QUEUE_SIZE: '64',
      OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '16',
    };
    stack = await Stack.start({ websocketPods: 1, persistencePods: 1, environment });
  });
  afterAll(async () => {
    await stack?.release();
    deaf.close();
  });

  it('every message is accepted and stored, and the services stop in time', async () => {
    const people = await Promise.all(
      ['sender', 'recipient'].map(async () => {
        const body = { username: `t-${randomUUID().slice(0, 18)}`, password: randomUUID() };
        return (await call('POST', `${stack.authenticationUrl}/register`, { body })).body;
      }),
    );
    const pod = stack.pod('websocket', 0).process;
    const url = `http://127.0.0.1:${pod.options.environment['PORT']}`;
    const [sender, recipient] = await Promise.all(people.map(({ token }) => RawSocket.open(url, { token })));
    for (let sent = 0; sent < MESSAGES; sent += 1) {
      const answer = await sender!.ask({ recipient_id: people[1]!.user_id, content: `message ${sent}` });
      expect(answer['type']).toBe('accepted');
    }
    await recipient!.find('stored');
    expect(connections).toBeGreaterThan(0);
    await Promise.all([sender!.close(), recipient!.close()]);
    const began = Date.now();
    await pod.stop('SIGTERM', 60_000);
    expect([pod.exitCode, Date.now() - began < STOP_WITHIN_MS]).toEqual([0, true]);
  });
});
