import { trace } from '@opentelemetry/api';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { createEmbeddedBus, createEmbeddedFanout } from '@chat-app/embedded/fanout';
import { encodeEnvelope, userChannel } from '@chat-app/protocol';
import { enableSpans } from '../../../../packages/platform/src/tracing/spans';
import { ALICE, BOB, TestWorld, until } from '../testing/test-pod';

describe('delivering', () => {
  let world: TestWorld;
  beforeEach(() => {
    world = new TestWorld();
  });
  afterEach(() => world.close());

  it('works between pods over the embedded fan-out', async () => {
    const bus = createEmbeddedBus();
    const one = await world.pod({}, { fanout: createEmbeddedFanout({ bus }) });
    const other = await world.pod({}, { fanout: createEmbeddedFanout({ bus }) });
    const alice = await world.connect(one, ALICE);
    const bob = await world.connect(other, BOB);
    alice.say({ type: 'send', recipient_id: BOB, content: 'hello' });
    expect(await bob.next('message')).toMatchObject({ content: 'hello' });
  });

  it('forwards the frame as the bytes it was published as, to every device', async () => {
    const pod = await world.pod();
    const devices = [await world.connect(pod, BOB, { device: 'a' }), await world.connect(pod, BOB, { device: 'b' })];
    const frame = '{"type":"message","message_id":"m","content":"ünïcode","a_field_of_a_newer_version":1}';
    const envelope = { kind: 'message' as const, message_id: 'm', conversation_id: 'c', sender_id: ALICE, origin: 'x' };
    world.bus.publish(userChannel(BOB), encodeEnvelope(envelope, frame));
    for (const device of devices) expect(JSON.stringify(await device.next('message'))).toBe(frame);
  });

  it('does not mind envelopes it cannot read', async () => {
    const pod = await world.pod();
    const bob = await world.connect(pod, BOB);
    for (const payload of [
      '',
      '{',
      '{"kind":"of a newer pod"}',
      '{"kind":"message"}',
      '{"kind":"stored"}',
      '{"kind":"signed_out"}',
    ]) {
      world.bus.publish(userChannel(BOB), payload);
    }
    bob.say({ type: 'send', recipient_id: BOB, content: 'still here' });
    await bob.next('accepted');
  });

  it("makes one trace of a message from its sender's socket to its recipient's pod, without its content", async () => {
    const exporter = new InMemorySpanExporter();
    const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
    trace.setGlobalTracerProvider(provider);
    enableSpans(true);
    try {
      const [one, other] = [await world.pod(), await world.pod()];
      const alice = await world.connect(one, ALICE);
      const bob = await world.connect(other, BOB);
      alice.say({ type: 'send', recipient_id: BOB, content: 'a secret' });
      await bob.next('message');
      expect(world.log.records[0]?.headers['traceparent']).toMatch(/^00-/);
    } finally {
      enableSpans(false);
      trace.disable();
    }
    const spans = exporter.getFinishedSpans();
    const [send, publish, deliver] = ['send message', 'messages publish', 'deliver message'].map((name) =>
      spans.find((span) => span.name === name),
    );
    const { traceId, spanId } = send!.spanContext();
    expect(publish!.spanContext().traceId).toBe(traceId);
    expect(publish!.parentSpanContext?.spanId).toBe(spanId);
    expect(deliver!.spanContext().traceId).toBe(traceId);
    expect(deliver!.parentSpanContext?.spanId).toBe(publish!.spanContext().spanId);
    const said = spans.map(({ name, attributes, events }) => JSON.stringify({ name, attributes, events }));
    expect(said.join()).not.toContain('a secret');
    await provider.shutdown();
  });

  it('counts what an operator asks for', async () => {
    const pod = await world.pod();
    const alice = await world.connect(pod, ALICE);
    const bob = await world.connect(pod, BOB);
    alice.say({ type: 'send', recipient_id: BOB, content: 'x' });
    await bob.next('message');
    alice.say({ type: 'send', recipient_id: BOB, content: '' });
    await alice.next('rejected');
    await bob.close();
    await until(() => pod.service.connections === 1);
    const { body } = await pod.metrics.expose();
    for (const line of [
      /chat_websocket_connections\{[^}]*\} 1\n/,
      /chat_websocket_connections_opened_total\{[^}]*\} 2\n/,
      /chat_websocket_connections_closed_total\{[^}]*code="1005"[^}]*\} 1\n/,
      /chat_websocket_frames_received_total\{[^}]*type="send"[^}]*\} 2\n/,
      /chat_websocket_frames_sent_total\{[^}]*type="message"[^}]*\} 1\n/,
      /chat_messages_accepted_total\{[^}]*\} 1\n/,
      /chat_messages_rejected_total\{[^}]*code="content_empty"[^}]*\} 1\n/,
      /chat_websocket_live_deliveries_total\{[^}]*\} 1\n/,
      /chat_websocket_accepted_to_delivered_seconds_count\{[^}]*\} 1\n/,
      /chat_websocket_append_seconds_count\{[^}]*\} 1\n/,
    ]) {
      expect(body).toMatch(line);
    }
  });
});
