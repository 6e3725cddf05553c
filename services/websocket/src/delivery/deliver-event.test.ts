import { trace } from '@opentelemetry/api';
import {
  AlwaysOffSampler,
  BasicTracerProvider,
  InMemorySpanExporter,
  ParentBasedSampler,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { createEmbeddedBus, createEmbeddedFanout } from '@chat-app/embedded/fanout';
import {
  conversationChannel,
  ENDED_SESSIONS_CHANNEL,
  PODS_CHANNEL,
  userChannel,
  writeEnvelope,
} from '@chat-app/protocol';
import { enableSpans } from '../../../../packages/platform/src/tracing/spans';
import type { TestFanout } from '../testing/test-bus';
import { ALICE, BOB, TestWorld, until } from '../testing/test-pod';

const GROUP = '00000000-0000-4000-8000-0000000000aa';
const EVENT = { kind: 'event' as const, event_kind: 'message', event_id: 'e', conversation_id: GROUP, actor_id: ALICE };

describe('delivering an event', () => {
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
    const envelope = { ...EVENT, event_id: 'm', origin: 'x' };
    world.bus.publish(userChannel(BOB), writeEnvelope(envelope, frame));
    for (const device of devices) expect(JSON.stringify(await device.next('message'))).toBe(frame);
  });

  it('passes on events of a kind that it does not know, live and numbered', async () => {
    const pod = await world.pod();
    world.persistence.change(GROUP, BOB, 'joined');
    const bob = await world.connect(pod, BOB);
    bob.say({ type: 'received', seq: 0 });
    await bob.next('joined');
    world.persistence.happen('x-wave', GROUP, { hands: 2 });
    const wave = await bob.next('x-wave' as 'joined');
    expect(wave).toMatchObject({ type: 'x-wave', hands: 2 });
    expect(wave).not.toHaveProperty('seq');
    expect(await bob.next('stored')).toEqual({ type: 'stored', from: 2, message_ids: [wave.event_id] });
    // Lost live, it comes from the inbox as it is there.
    world.bus.loses = () => true;
    world.persistence.happen('x-wave', GROUP, { hands: 1 });
    world.bus.loses = () => false;
    world.persistence.happen('conversation', GROUP, { title: 'Friday' });
    expect(await bob.next('x-wave' as 'joined')).toMatchObject({ hands: 1, seq: 3 });
    expect(await bob.next('conversation')).toMatchObject({ title: 'Friday' });
  });

  it('does not believe the fan-out that somebody joined: it subscribes to what persistence says', async () => {
    const pod = await world.pod();
    world.persistence.change(GROUP, ALICE, 'joined');
    const bob = await world.connect(pod, BOB);
    const forged = writeEnvelope({ ...EVENT, event_kind: 'joined' }, `{"type":"joined","conversation_id":"${GROUP}"}`);
    world.bus.publish(userChannel(BOB), forged);
    world.bus.publish(userChannel(BOB), writeEnvelope({ kind: 'stored', event_ids: ['e'], positions: { [BOB]: [1] } }));
    await until(() => world.persistence.reads > 0);
    world.bus.publish(conversationChannel(GROUP), writeEnvelope(EVENT, '{"type":"message","content":"for members"}'));
    bob.say({ type: 'send', recipient_id: BOB, content: 'still here' });
    await bob.next('accepted');
    expect(bob.frames.map(({ type }) => type)).not.toContain('joined');
    expect(bob.all('message')).toEqual([]);
    expect((pod.fanout as TestFanout).channels).toEqual(
      new Set([ENDED_SESSIONS_CHANNEL, PODS_CHANNEL, userChannel(BOB)]),
    );
  });

  it('stops at once to pass on what is said in a group when told of a leave, and goes on where it was none', async () => {
    const pod = await world.pod();
    world.persistence.change(GROUP, BOB, 'joined');
    const bob = await world.connect(pod, BOB);
    const { channels } = pod.fanout as TestFanout;
    await until(() => channels.has(conversationChannel(GROUP)));
    const left = writeEnvelope({ ...EVENT, event_kind: 'left' }, `{"type":"left","conversation_id":"${GROUP}"}`);
    world.bus.publish(userChannel(BOB), left);
    expect(channels.has(conversationChannel(GROUP))).toBe(false);
    await until(() => channels.has(conversationChannel(GROUP)));
    world.persistence.happen('conversation', GROUP, { title: 'still here' });
    expect(await bob.next('conversation')).toMatchObject({ title: 'still here' });
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

  it('names no trace on its way where the message is not sampled', async () => {
    const sampler = new ParentBasedSampler({ root: new AlwaysOffSampler() });
    trace.setGlobalTracerProvider(new BasicTracerProvider({ sampler }));
    enableSpans(true);
    const published = jest.spyOn(world.bus, 'publish');
    try {
      const [one, other] = [await world.pod(), await world.pod()];
      const alice = await world.connect(one, ALICE);
      const bob = await world.connect(other, BOB);
      alice.say({ type: 'send', recipient_id: BOB, content: 'to nobody else' });
      await bob.next('message');
    } finally {
      enableSpans(false);
      trace.disable();
    }
    expect(world.log.records[0]?.headers).not.toHaveProperty('traceparent');
    const payloads = published.mock.calls.map(([, payload]) => payload).join();
    expect(payloads).toContain('to nobody else');
    expect(payloads).not.toContain('traceparent');
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
