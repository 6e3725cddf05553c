import { refused, USER_1, USER_2, type FakeConnection, type FakeServer } from './fake-server';
import { CONVERSATION, SENT_AT, uuid } from './scene';

export interface FakeMessage {
  message_id: string;
  conversation_id: string;
  sender_id: string;
  recipient_id: string;
  content: string;
  sent_at: string;
  version?: number;
  reactions?: object;
  reply_to?: string;
  mentions?: string[];
}

/** One direct conversation as persistence would tell of it over HTTP. */
export class FakeHistory {
  readonly messages: FakeMessage[] = [];
  /** Message ids of the read markers, as they came. */
  readonly markers: string[] = [];
  /** The answer to the list and to reads of the history fails while this is set. */
  away = false;
  /** How far users came, as the members say. */
  readonly receipts = new Map<string, object>();
  settings: { receipts: 'on' | 'off' } = { receipts: 'on' };
  reads = 0;
  /** How often the conversation by itself was asked for. */
  described = 0;
  /** Version of the conversation; undefined: a server of before. */
  version: number | undefined;
  /** Versions after which was asked what changed. */
  readonly askedAfter: number[] = [];

  constructor(server: FakeServer) {
    const at = `/conversations/${CONVERSATION}`;
    const when = (answer: () => { status: number; body?: unknown }) => () =>
      this.away ? refused(503, 'unavailable', true) : answer();
    server.http.set(
      'GET /conversations',
      when(() => ({ status: 200, body: { conversations: this.messages.length === 0 ? [] : [this.describe()] } })),
    );
    server.http.set(
      `GET ${at}`,
      when(() => {
        this.described += 1;
        return { status: 200, body: this.describe() };
      }),
    );
    server.http.set(`GET ${at}/messages`, (_body, request) => {
      if (this.away) return refused(503, 'unavailable', true);
      const query = new URL(request.url ?? '', server.url).searchParams;
      const changedAfter = query.get('changed_after');
      if (changedAfter !== null) return { status: 200, body: this.changes(Number(changedAfter)) };
      this.reads += 1;
      const mark = query.get('before');
      if (mark !== null && !this.messages.some((one) => one.message_id === mark)) {
        return refused(410, 'message_expired', false);
      }
      return { status: 200, body: this.page(query.get('before'), Number(query.get('limit'))) };
    });
    server.http.set(`PUT ${at}/read`, (body) => {
      const id = String(body['message_id']);
      if (!this.messages.some((one) => one.message_id === id)) return refused(404, 'unknown_message', false);
      this.markers.push(id);
      return { status: 204 };
    });
    server.http.set(`PATCH ${at}/settings`, (body) => {
      this.settings = { ...this.settings, ...(body as Partial<FakeHistory['settings']>) };
      return { status: 200, body: this.settings };
    });
    server.http.set(`GET ${at}/members`, () => {
      const members = [USER_1, USER_2].map((user_id) => ({ user_id, role: 'member', joined_at: SENT_AT }));
      return { status: 200, body: { members: members.map((one) => ({ ...one, ...this.receipts.get(one.user_id) })) } };
    });
    for (const [id, username] of [
      [USER_1, 'user1'],
      [USER_2, 'user2'],
    ] as const) {
      server.http.set(`GET /users/${id}`, () => ({ status: 200, body: { user_id: id, username } }));
    }
  }

  /** Stores messages n … m of the other user, or of this one. */
  store(from: number, to = from, sender = USER_2): FakeMessage[] {
    const made = Array.from({ length: to - from + 1 }, (_, index) => messageOf(from + index, sender));
    this.messages.push(...made);
    return made;
  }

  private describe() {
    const unread = this.messages.slice(this.messages.findLastIndex((one) => this.markers.includes(one.message_id)) + 1);
    return {
      conversation_id: CONVERSATION,
      kind: 'direct',
      recipient_id: USER_2,
      role: 'member',
      created_at: SENT_AT,
      unread_count: unread.filter((one) => one.sender_id !== USER_1).length,
      settings: this.settings,
      last_message: { ...this.messages.at(-1), stored_at: SENT_AT },
    };
  }

  private page(before: string | null, limit: number) {
    const end = before === null ? this.messages.length : this.messages.findIndex((one) => one.message_id === before);
    const begin = Math.max(0, end - limit);
    const messages = this.messages
      .slice(begin, end)
      .map((one, index) => ({ ...one, stored_at: SENT_AT, number: begin + index + 1 }));
    return { messages, more: begin > 0, version: this.version };
  }

  private changes(after: number) {
    this.askedAfter.push(after);
    const changed = this.messages.filter(({ version = 0 }) => version > after);
    return { messages: changed.map((one) => ({ ...one, stored_at: SENT_AT })), more: false, version: this.version };
  }
}

export function messageOf(n: number, sender = USER_2): FakeMessage {
  return {
    message_id: uuid(n),
    conversation_id: CONVERSATION,
    sender_id: sender,
    recipient_id: sender === USER_2 ? USER_1 : USER_2,
    content: `message ${n}`,
    sent_at: SENT_AT,
  };
}

/** Sends a message as a frame: live, or as entry `seq` of the inbox. */
export function deliver(connection: FakeConnection, message: FakeMessage, seq?: number): void {
  connection.send({ type: 'message', ...message, ...(seq !== undefined && { seq }) });
}
