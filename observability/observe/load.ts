/** Users who do what users do, evenly: most write to each other, some log in, read the history, get it wrong. */
import { randomBytes } from 'node:crypto';
import {
  createChatClient,
  login,
  logout,
  refresh,
  register,
  type ChatClient,
  type HttpOptions,
} from '@chat-app/client';
import WebSocket from 'ws';
import type { RunningServices } from '../../scripts/processes/start-services';

export interface LoadCounts {
  sent: number;
  accepted: number;
  received: number;
  mistakes: number;
}

/** Once a second something other than a message. */
const TASK_MS = 1_000;
const TICK_MS = 50;

interface Account {
  client: ChatClient;
  username: string;
  password: string;
}

export class ObservedLoad {
  readonly counts: LoadCounts = { sent: 0, accepted: 0, received: 0, mistakes: 0 };
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #tasks = new Set<Promise<void>>();
  readonly #http: HttpOptions;

  private constructor(
    private readonly services: RunningServices,
    private readonly accounts: readonly Account[],
  ) {
    this.#http = { url: services.authenticationUrl };
  }

  /** Registers and connects so many users, spread over the websocket pods. */
  static async open(services: RunningServices, users: number): Promise<ObservedLoad> {
    const accounts: Account[] = [];
    for (let index = 0; index < users; index += 1) {
      const username = `observed-${randomBytes(5).toString('hex')}`;
      const password = randomBytes(15).toString('base64url');
      const session = await register({ url: services.authenticationUrl, timeoutMs: 60_000 }, username, password);
      const websocket = services.websocketUrls[index % services.websocketUrls.length] ?? '';
      const client = await createChatClient({
        url: services.authenticationUrl,
        persistenceUrl: services.persistenceUrl,
        websocketUrl: `${websocket}/ws`,
        session,
        WebSocket,
      });
      accounts.push({ client, username, password });
    }
    return new ObservedLoad(services, accounts);
  }

  /** Sends `rate` messages a second, until `close`; now and then a user logs in, reads or errs. */
  start(rate: number): void {
    for (const { client } of this.accounts) {
      client.on('message', () => (this.counts.received += 1));
      client.on('message_state', ({ state }) => {
        if (state === 'accepted') this.counts.accepted += 1;
      });
    }
    let due = 0;
    const tick = (): void => {
      for (due += (rate * TICK_MS) / 1_000; due >= 1; due -= 1) this.#send();
    };
    this.#timers.push(setInterval(tick, TICK_MS));
    this.#timers.push(setInterval(() => this.#begin(), TASK_MS));
  }

  async close(): Promise<void> {
    this.#timers.forEach((timer) => clearInterval(timer));
    await Promise.all(this.#tasks);
    await Promise.all(this.accounts.map(({ client }) => client.close()));
  }

  #send(): void {
    const index = this.counts.sent % this.accounts.length;
    const [from, to] = [this.accounts[index], this.accounts[index ^ 1]];
    if (from === undefined || to === undefined) return;
    try {
      from.client.send({ recipient_id: to.client.userId, content: `message ${this.counts.sent}` });
      this.counts.sent += 1;
    } catch {
      // The outbox of the client is full: an outage lasts long.
      this.counts.mistakes += 1;
    }
  }

  #begin(): void {
    const tasks = [
      () => this.#logInAndOut(),
      () => this.#readHistory(),
      () => this.#wrongPassword(),
      () => this.#badSend(),
    ];
    const task = tasks[Math.floor(Date.now() / TASK_MS) % tasks.length];
    if (task === undefined) return;
    // During a fault any of them may fail; that is what is looked at.
    const running: Promise<void> = task()
      .catch(() => void (this.counts.mistakes += 1))
      .finally(() => this.#tasks.delete(running));
    this.#tasks.add(running);
  }

  get #any(): Account {
    const account = this.accounts[Math.floor(Math.random() * this.accounts.length)];
    if (account === undefined) throw new Error('there are no users');
    return account;
  }

  async #logInAndOut(): Promise<void> {
    const { username, password } = this.#any;
    const session = await login(this.#http, username, password);
    const { refresh_token } = await refresh(this.#http, session.refresh_token);
    await logout(this.#http, refresh_token);
  }

  async #readHistory(): Promise<void> {
    const { client } = this.#any;
    const { conversations } = await client.conversations.list();
    const [first] = conversations;
    if (first !== undefined) await client.conversations.history(first.conversation_id);
  }

  async #wrongPassword(): Promise<void> {
    const { username } = this.#any;
    await login(this.#http, username, 'not the password').catch(() => undefined);
  }

  /** A socket of its own that asks for the impossible: the client would not. */
  async #badSend(): Promise<void> {
    const { username, password } = this.#any;
    const session = await login(this.#http, username, password);
    const url = `${(this.services.websocketUrls[0] ?? '').replace('http', 'ws')}/ws`;
    const socket = new WebSocket(url, 'chat.v1', { headers: { authorization: `Bearer ${session.token}` } });
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    socket.on('error', () => undefined);
    socket.on('message', (data: Buffer) => {
      const { type } = JSON.parse(data.toString()) as { type: string };
      if (type === 'welcome') {
        socket.send(JSON.stringify({ type: 'send', id: '1', recipient_id: session.user_id, content: '' }));
      }
      if (type === 'rejected') socket.close(1000);
    });
    const limit = setTimeout(() => socket.terminate(), 10_000);
    await closed;
    clearTimeout(limit);
  }
}
