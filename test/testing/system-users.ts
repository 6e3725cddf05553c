import { randomBytes } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { createChatClient, type ChatClient } from '@chat-app/client';
import { WebSocket } from 'ws';
import { RawSocket, type ConnectOptions } from './raw-socket';
import type { SystemTarget } from './system-target';

/** Everything the tests look at in bodies. */
export interface AnswerBody {
  error: { code: string; message: string; retryable: boolean; retry_after_ms?: number };
  user_id: string;
  username: string;
  token: string;
  refresh_token: string;
  sessions: { session_id: string; device_name?: string; current: boolean }[];
  keys: Record<string, unknown>[];
  conversation_id: string;
  settings: Record<string, unknown>;
  conversations: { conversation_id: string; unread_count: number }[];
  next: string;
  members: { user_id: string; role: string }[];
  messages: { message_id: string; content: string }[];
  more: boolean;
}

/** An HTTP answer, as it came. */
export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  /** The body as JSON; what is not in it is undefined, whatever the type says. */
  body: AnswerBody;
}

export interface CallOptions {
  token?: string | undefined;
  /** Sent as JSON. */
  body?: unknown;
  /** Sent as it is. */
  text?: string | Buffer;
  headers?: Record<string, string>;
}

/** Makes an HTTP call. node:http rather than fetch: the legacy client's login is a GET with a body. */
export function call(method: string, url: string, options: CallOptions = {}): Promise<Answer> {
  const text = options.text ?? (options.body === undefined ? undefined : JSON.stringify(options.body));
  const headers: Record<string, string> = {
    ...(text !== undefined && {
      'Content-Type': 'application/json',
      'Content-Length': String(Buffer.byteLength(text)),
    }),
    ...(options.token !== undefined && { Authorization: `Bearer ${options.token}` }),
    ...options.headers,
  };
  return new Promise((resolve, reject) => {
    const make = url.startsWith('https:') ? httpsRequest : httpRequest;
    const request = make(url, { method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const answer = Buffer.concat(chunks).toString();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text: answer, body: json(answer) });
      });
    });
    request.on('error', reject);
    request.end(text);
  });
}

/** A fresh user, logged in. */
export interface TestUser {
  id: string;
  username: string;
  password: string;
  token: string;
  refreshToken: string;
}

/** Users and connections of one test file; connections and clients are closed by `closeAll`. */
export class SystemUsers {
  private readonly sockets: RawSocket[] = [];
  private readonly clients: ChatClient[] = [];

  constructor(readonly target: SystemTarget) {}

  async register(): Promise<TestUser> {
    const username = `t-${randomBytes(10).toString('hex')}`;
    const password = randomBytes(12).toString('hex');
    const register = (): Promise<Answer> =>
      call('POST', `${this.target.authentication}/register`, { body: { username, password } });
    let answer = await register();
    // Registrations from one address are bounded; whole suites come from one.
    while (answer.status === 429) {
      await new Promise((resolve) => setTimeout(resolve, answer.body.error.retry_after_ms ?? 1_000));
      answer = await register();
    }
    if (answer.status !== 201) throw new Error(`register answered ${answer.status}: ${answer.text}`);
    const { user_id: id, token, refresh_token: refreshToken } = answer.body;
    return { id, username, password, token, refreshToken };
  }

  registerMany(count: number): Promise<TestUser[]> {
    return Promise.all(Array.from({ length: count }, () => this.register()));
  }

  /** Connects a user; `pod` counts through the pods that are known, so that two users may be put on two of them. */
  async connect(user: TestUser, options: Omit<ConnectOptions, 'token'> & { pod?: number } = {}): Promise<RawSocket> {
    const { websockets } = this.target;
    const pod = websockets[(options.pod ?? 0) % websockets.length] ?? websockets[0];
    const socket = await RawSocket.open(pod, { token: user.token, ...options });
    this.sockets.push(socket);
    return socket;
  }

  /** A client of a user, who logs in anew. */
  async client({ username, password }: TestUser): Promise<ChatClient> {
    const { authentication, persistence, websockets } = this.target;
    const client = await createChatClient({
      ...{ url: authentication, persistenceUrl: persistence, websocketUrl: `${websockets[0]}/ws` },
      ...{ WebSocket, credentials: { username, password } },
    });
    this.clients.push(client);
    return client;
  }

  /**
   * Connects again and again until the device resumes where it should: a pod collects confirmations for up to a second
   * before it writes them.
   */
  async connectAt(user: TestUser, deviceId: string, seq: number): Promise<RawSocket> {
    for (let attempt = 0; attempt < 40; attempt += 1) {
      const socket = await this.connect(user, { deviceId });
      if (socket.welcome['seq'] === seq) return socket;
      await socket.close();
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    throw new Error(`the device never resumed at ${seq}`);
  }

  api(user: TestUser, method: string, path: string, body?: unknown): Promise<Answer> {
    return call(method, this.target.persistence + path, { token: user.token, ...(body !== undefined && { body }) });
  }

  async createGroup(owner: TestUser, members: readonly TestUser[], title = 'a group'): Promise<string> {
    const body = { title, member_ids: members.map((member) => member.id) };
    const answer = await this.api(owner, 'POST', '/conversations', body);
    if (answer.status !== 201) throw new Error(`POST /conversations answered ${answer.status}: ${answer.text}`);
    return answer.body.conversation_id;
  }

  async closeAll(): Promise<void> {
    const connections = [...this.sockets.splice(0), ...this.clients.splice(0)];
    await Promise.all(connections.map((connection) => connection.close()));
  }
}

function json(text: string): AnswerBody {
  try {
    return (JSON.parse(text) ?? {}) as AnswerBody;
  } catch {
    return {} as AnswerBody;
  }
}
