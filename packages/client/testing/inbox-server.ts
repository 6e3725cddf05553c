/**
 * A server that keeps the protocol's promises and, between them, does its worst: it loses connections before and after
 * it took a send, rejects for the moment, repeats live messages, leaves them out, and tells numbers late. Everything it
 * does follows from a seed.
 */
import { directConversationId, messageId } from '@chat-app/protocol';
import { FakeServer, USER_1, USER_2, type FakeConnection, type Frame } from './fake-server';

interface Entry {
  message_id: string;
  conversation_id: string;
  sender_id: string;
  content: string;
  sent_at: string;
}

export class InboxServer {
  /** The user's inbox: entry n is at n - 1. */
  readonly inbox: Entry[] = [];
  /** Contents in the order in which they were accepted for the first time. */
  readonly accepted: string[] = [];
  private cursor = 0;
  private confirmedTooMuch = 0;
  private current: { connection: FakeConnection; position: number; sent: Set<string> } | undefined;
  private stopped = false;

  private constructor(
    readonly fake: FakeServer,
    private readonly random: () => number,
  ) {
    void this.serve();
  }

  static async start(seed: number): Promise<InboxServer> {
    return new InboxServer(await FakeServer.start(), mulberry32(seed));
  }

  /** How often the client confirmed what it had not been sent. */
  get wrongConfirmations(): number {
    return this.confirmedTooMuch;
  }

  get confirmed(): number {
    return this.cursor;
  }

  /** Another user's message: stored now, shown live perhaps. */
  message(n: number): void {
    const entry = {
      message_id: messageId({ sender_id: USER_2, conversation_id: 'c', id: String(n), content: `in ${n}` }),
      conversation_id: directConversationId(USER_1, USER_2),
      sender_id: USER_2,
      content: `in ${n}`,
      sent_at: new Date(0).toISOString(),
    };
    this.inbox.push(entry);
    for (let copies = Math.floor(this.random() * 3); copies > 0; copies -= 1) this.live(entry);
    if (this.random() < 0.1) this.cut();
    if (this.random() < 0.5) this.follow();
  }

  /** Brings the connection up to date. */
  follow(): void {
    const { current } = this;
    if (current === undefined) return;
    while (current.position < this.inbox.length) {
      const entry = this.inbox[current.position]!;
      const run: string[] = [];
      while (current.sent.has(this.inbox[current.position + run.length]?.message_id ?? '')) {
        run.push(this.inbox[current.position + run.length]!.message_id);
      }
      if (run.length > 0) {
        current.connection.send({ type: 'stored', from: current.position + 1, message_ids: run });
        current.position += run.length;
      } else {
        current.position += 1;
        current.connection.send({ type: 'message', seq: current.position, ...entry });
        current.sent.add(entry.message_id);
      }
    }
  }

  async close(): Promise<void> {
    this.stopped = true;
    await this.fake.close();
  }

  private async serve(): Promise<void> {
    while (!this.stopped) {
      const connection = await this.fake.connection();
      connection.socket.on('close', () => {
        if (this.current?.connection === connection) this.current = undefined;
      });
      this.current = { connection, position: this.cursor, sent: new Set() };
      connection.welcome({ seq: this.cursor });
      if (this.random() < 0.7) this.follow();
      void this.read(connection);
    }
  }

  private async read(connection: FakeConnection): Promise<void> {
    while (connection.socket.readyState === connection.socket.OPEN) {
      const frame = await connection.frames.next();
      if (frame.type === 'received') this.confirm(connection, Number(frame['seq']));
      if (frame.type === 'send') this.take(connection, frame);
    }
  }

  private confirm(connection: FakeConnection, seq: number): void {
    if (this.current?.connection === connection && seq > this.current.position) this.confirmedTooMuch += 1;
    // A cursor may be lost with the pod that collected it.
    if (this.random() < 0.7) this.cursor = Math.max(this.cursor, seq);
  }

  private take(connection: FakeConnection, frame: Frame): void {
    const id = String(frame['id']);
    const content = String(frame['content']);
    const luck = this.random();
    if (luck < 0.1) return this.cut();
    if (luck < 0.2) {
      return connection.send({
        type: 'rejected',
        id,
        code: 'overloaded',
        message: 'later',
        retryable: true,
        retry_after_ms: 1,
      });
    }
    const conversation = directConversationId(USER_1, USER_2);
    const entry = {
      message_id: messageId({ sender_id: USER_1, conversation_id: conversation, id, content }),
      conversation_id: conversation,
      sender_id: USER_1,
      content,
      sent_at: new Date(0).toISOString(),
    };
    if (!this.inbox.some((known) => known.message_id === entry.message_id)) {
      this.inbox.push(entry);
      this.accepted.push(content);
    }
    if (luck < 0.3) return this.cut();
    if (luck < 0.35) {
      // The outcome is unknown to the pod: it was written all the same.
      return connection.send({
        type: 'rejected',
        id,
        code: 'unavailable',
        message: '?',
        retryable: true,
        retry_after_ms: 1,
      });
    }
    connection.send({
      type: 'accepted',
      id,
      message_id: entry.message_id,
      conversation_id: conversation,
      sent_at: entry.sent_at,
    });
    if (this.current?.connection === connection) this.current.sent.add(entry.message_id);
    if (this.random() < 0.5) this.follow();
  }

  private live(entry: Entry): void {
    this.current?.connection.send({ type: 'message', ...entry });
    this.current?.sent.add(entry.message_id);
  }

  /** Loses the connection. */
  cut(): void {
    this.current?.connection.socket.terminate();
    this.current = undefined;
  }
}

/** A small generator of random numbers that a seed determines. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
}
