import { conversationChannel, userChannel, writeEnvelope, directConversationId } from '@chat-app/protocol';
import { Metrics } from '@chat-app/platform';
import { Connection } from '../connections/connection';
import { Credential } from '../connections/credential';
import { Registry } from '../connections/registry';
import { declareMetrics } from '../metrics';
import { ALICE, BOB, CAROL, TestWorld } from '../testing/test-pod';
import { SignalDeliverer } from './deliver-signal';
import { Transmitter } from './transmit-frame';

const LISTENER = { onText: jest.fn(), onPing: jest.fn(), onPong: jest.fn(), onClosed: jest.fn() };
const DIRECT = directConversationId(ALICE, BOB);
const TYPING = { kind: 'typing' as const, conversation_id: DIRECT, user_id: ALICE, active: true };

describe('delivering signals', () => {
  it('leaves out who is slow, and who is not welcomed yet', async () => {
    const registry = new Registry();
    const metrics = new Metrics('test');
    const declared = declareMetrics(metrics, registry);
    const deliverer = new SignalDeliverer(registry, new Transmitter(1_000, declared), declared, {
      suspectChange: jest.fn(),
    });
    const written = (buffered: number, opened: boolean): Uint8Array[] => {
      const frames: Uint8Array[] = [];
      const connection = new Connection(
        `c${buffered}`,
        { userId: BOB, deviceId: 'd', named: true },
        new Credential('s', 0),
        LISTENER,
      );
      const socket = { buffered, sendFrame: (frame: Uint8Array) => frames.push(frame) };
      connection.attach({ ...SOCKET, ...socket }, 0);
      if (opened) connection.open();
      registry.add(connection);
      return frames;
    };
    const [fine, slow, opening] = [written(0, true), written(251, true), written(0, false)];
    deliverer.typing(userChannel(BOB), TYPING);
    expect([fine.length, slow.length, opening.length]).toEqual([1, 0, 0]);
    const { body } = await metrics.expose();
    expect(body).toMatch(/chat_websocket_signals_dropped_total\{[^}]*reason="congested"[^}]*\} 1\n/);
  });

  it('believes no signal on a channel of others: what is typed belongs to its conversation', async () => {
    const world = new TestWorld();
    try {
      const pod = await world.pod();
      const bob = await world.connect(pod, BOB);
      for (const [channel, forged] of [
        [userChannel(BOB), { ...TYPING, user_id: CAROL }],
        [userChannel(BOB), { ...TYPING, conversation_id: '00000000-0000-4000-8000-0000000000bb' }],
        [conversationChannel(DIRECT), TYPING],
      ] as const) {
        world.bus.publish(channel, writeEnvelope(forged));
      }
      world.bus.publish(userChannel(BOB), writeEnvelope(TYPING));
      expect(await bob.next('typing')).toMatchObject({ user_id: ALICE });
      expect(bob.all('typing')).toHaveLength(1);
      const { body } = await pod.metrics.expose();
      expect(body).toMatch(/chat_websocket_envelopes_ignored_total\{[^}]*reason="wrong_channel"[^}]*\} 2\n/);
    } finally {
      await world.close();
    }
  });
});

const SOCKET = {
  onceDrained: jest.fn(),
  sendPing: jest.fn(),
  pause: jest.fn(),
  resume: jest.fn(),
  closeFor: jest.fn(),
  terminate: jest.fn(),
};
