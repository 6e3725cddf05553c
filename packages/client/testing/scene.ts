import { directConversationId, messageId } from '@chat-app/protocol';
import type { ChatClientOptions, ChatError } from '../src';
import { FakeServer, USER_1, USER_2, type FakeConnection, type Frame } from './fake-server';
import { startClient, type RecordedClient } from './recorded-client';

/** The conversation of the two users. */
export const CONVERSATION = directConversationId(USER_1, USER_2);
export const SENT_AT = '2026-01-02T03:04:05.678Z';
export const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

/** A message of the other user; with its number where it comes from the inbox. */
export const incoming = (n: number, seq?: number) => ({
  type: 'message',
  message_id: uuid(n),
  conversation_id: CONVERSATION,
  sender_id: USER_2,
  recipient_id: USER_1,
  content: `message ${n}`,
  sent_at: SENT_AT,
  ...(seq !== undefined && { seq }),
});

/** What the server answers to a send. */
export const acceptedFor = (frame: Frame) => ({
  type: 'accepted',
  id: frame['id'],
  message_id: messageId({
    sender_id: USER_1,
    conversation_id: CONVERSATION,
    id: String(frame['id']),
    content: String(frame['content']),
  }),
  conversation_id: CONVERSATION,
  sent_at: SENT_AT,
});

export const contents = (frames: Frame[]): unknown[] => frames.map((frame) => frame['content']);

/** The code that a call throws. */
export function codeOf(call: () => unknown): unknown {
  try {
    call();
  } catch (thrown) {
    return (thrown as ChatError).code;
  }
  return undefined;
}

/** A server and clients of it. */
export interface Scene {
  readonly server: FakeServer;
  start(options?: Partial<ChatClientOptions>): Promise<RecordedClient>;
  /** Starts a client and welcomes it. */
  online(
    options?: Partial<ChatClientOptions>,
    welcome?: Record<string, unknown>,
  ): Promise<RecordedClient & { connection: FakeConnection }>;
}

/** Each test gets a server of its own; it and its clients are closed afterwards. */
export function sceneForEachTest(): Scene {
  let server: FakeServer | undefined;
  const clients: RecordedClient[] = [];

  beforeEach(async () => {
    server = await FakeServer.start();
  });

  afterEach(async () => {
    await Promise.all(clients.splice(0).map(({ client }) => client.close()));
    await server?.close();
  });

  return {
    get server() {
      if (server === undefined) throw new Error('the server is there within a test only');
      return server;
    },
    async start(options = {}) {
      const started = await startClient(this.server.url, options);
      clients.push(started);
      return started;
    },
    async online(options = {}, welcome = {}) {
      const started = await this.start(options);
      const connection = await this.server.connection();
      connection.welcome(welcome);
      await started.events.connection.next((status) => status.state === 'online');
      return { ...started, connection };
    },
  };
}
