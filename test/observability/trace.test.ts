/** One trace over real processes: from the sender's socket through the log to the store and to the recipient's pod. */
import { randomUUID } from 'node:crypto';
import { OtlpReceiver, type ReceivedSpan } from '../testing/otlp-receiver';
import { RawSocket } from '../testing/raw-socket';
import { call } from '../testing/system-users';
import { Stack } from '../failures/testing/stack';

jest.setTimeout(300_000);

describe('the trace of a message', () => {
  let receiver: OtlpReceiver;
  let stack: Stack;
  const sockets: RawSocket[] = [];

  beforeAll(async () => {
    receiver = await OtlpReceiver.open();
    stack = await Stack.start({
      environment: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint, OTEL_BSP_SCHEDULE_DELAY: '200' },
    });
  });
  afterAll(async () => {
    for (const socket of sockets) await socket.close();
    await stack?.release();
    await receiver?.close();
  });

  async function connect(pod: number): Promise<{ id: string; socket: RawSocket }> {
    const body = { username: `t-${randomUUID().slice(0, 18)}`, password: randomUUID() };
    const answer = await call('POST', `${stack.authenticationUrl}/register`, { body });
    const { PORT } = stack.pod('websocket', pod).process.options.environment;
    const socket = await RawSocket.open(`http://127.0.0.1:${PORT}`, { token: answer.body.token });
    sockets.push(socket);
    return { id: answer.body.user_id, socket };
  }

  it("goes from the sender's socket to the log, to the store and to the recipient's pod, without its content", async () => {
    const [sender, recipient] = [await connect(0), await connect(1)];
    const content = `secret ${randomUUID()}`;
    const accepted = await sender.socket.ask({ recipient_id: recipient.id, content });
    const id = accepted['message_id'];
    await recipient.socket.find('message', (frame) => frame['message_id'] === id);
    await recipient.socket.seqOf(id);
    const ofMessage = (spans: readonly ReceivedSpan[]): readonly ReceivedSpan[] => {
      const root = spans.find((span) => span.attributes['chat.message_id'] === id && span.name === 'send message');
      return spans.filter((span) => span.traceId === root?.traceId);
    };
    // The batch has a trace of its own, linked to those of its messages.
    const batchesOf = (spans: readonly ReceivedSpan[]): readonly ReceivedSpan[] => {
      const traceId = ofMessage(spans)[0]?.traceId;
      return spans.filter(
        ({ name, links }) => name === 'store-events' && links.some((link) => link.traceId === traceId),
      );
    };
    const names = ['send message', 'messages publish', 'store-message', 'deliver message'];
    const all = await receiver.until((spans) => {
      const found = ofMessage(spans).map(({ name }) => name);
      return names.every((name) => found.includes(name)) && batchesOf(spans).length > 0;
    }, 60_000);
    const trace = ofMessage(all);
    const span = (name: string): ReceivedSpan => trace.find((one) => one.name === name)!;
    const [send, publish, store, deliver] = names.map(span) as [ReceivedSpan, ReceivedSpan, ReceivedSpan, ReceivedSpan];
    expect([send, publish, store, deliver].map(({ service }) => service)).toEqual([
      'websocket',
      'websocket',
      'persistence',
      'websocket',
    ]);
    expect(publish.parentSpanId).toBe(send.spanId);
    expect(store.parentSpanId).toBe(publish.spanId);
    expect(deliver.parentSpanId).toBe(publish.spanId);
    expect(batchesOf(all).map(({ service }) => service)).toContain('persistence');
    expect(JSON.stringify(all)).not.toContain(content);
  });
});
