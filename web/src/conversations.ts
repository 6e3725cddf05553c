/**
 * What the page knows: conversations, their messages, and names. One instance per session; every change calls
 * `onChange`, and the page draws itself anew from here.
 */
import { directConversationId, type ChatClient, type MessageState, type ReceivedMessage } from '@chat-app/client';

export interface Shown {
  message_id: string;
  sender_id: string;
  content: string;
  sent_at: string;
  /** Of one's own messages. */
  state?: MessageState;
  reason?: string;
}

export interface Talk {
  conversation_id: string;
  title: string;
  /** Of a direct conversation. */
  recipient_id?: string;
  messages: Shown[];
  unread: number;
  /** Whether the history before the first message was read to its beginning. */
  complete: boolean;
}

export class Conversations {
  readonly talks = new Map<string, Talk>();
  current: Talk | undefined;
  readonly #names = new Map<string, string>();

  constructor(
    readonly client: ChatClient,
    readonly onChange: () => void,
  ) {
    client.on('message', (message) => void this.#arrived(message));
    client.on('message_state', (change) => {
      const shown = this.talks
        .get(change.conversation_id)
        ?.messages.find((one) => one.message_id === change.message_id);
      if (shown === undefined) return;
      shown.state = change.state;
      if (change.reason !== undefined) shown.reason = change.reason;
      onChange();
    });
    client.on('conversation', () => void this.load());
    client.on('missed', () => void this.load());
  }

  nameOf(userId: string): string {
    return userId === this.client.userId ? 'you' : (this.#names.get(userId) ?? '…');
  }

  /** Reads the list of conversations, and of the one in view the newest messages. */
  async load(): Promise<void> {
    const { conversations } = await this.client.conversations.list();
    for (const one of conversations) {
      const talk = this.#talk(one.conversation_id, one.recipient_id, one.title);
      talk.unread = talk === this.current ? 0 : one.unread_count;
      if (talk.messages.length === 0 && one.last_message !== undefined) talk.messages = [one.last_message];
      if (one.recipient_id !== undefined) talk.title = await this.#learn(one.recipient_id);
    }
    if (this.current !== undefined) await this.open(this.current);
    this.onChange();
  }

  async open(talk: Talk): Promise<void> {
    this.current = talk;
    talk.unread = 0;
    this.onChange();
    const { messages, more } = await this.client.conversations
      .history(talk.conversation_id)
      .catch(() => ({ messages: [], more: false }));
    talk.complete = !more;
    talk.messages = merge(messages, talk.messages);
    await Promise.all([...new Set(talk.messages.map((one) => one.sender_id))].map((id) => this.#learn(id)));
    await this.#markRead(talk);
    this.onChange();
  }

  async loadOlder(talk: Talk): Promise<void> {
    const [first] = talk.messages;
    if (first === undefined || talk.complete) return;
    const page = await this.client.conversations.history(talk.conversation_id, { before: first.message_id });
    talk.complete = !page.more;
    talk.messages = merge(page.messages, talk.messages);
    this.onChange();
  }

  /** @throws ChatError unknown_user */
  async openWith(username: string): Promise<void> {
    const { user_id } = await this.client.findUser(username);
    this.#names.set(user_id, username);
    const talk = this.#talk(directConversationId(this.client.userId, user_id), user_id, username);
    await this.open(talk);
  }

  async createGroup(title: string, usernames: readonly string[]): Promise<void> {
    const users = await Promise.all(usernames.map((name) => this.client.findUser(name)));
    const ids = users.map((user) => user.user_id);
    const { conversation_id } = await this.client.conversations.createGroup(title, ids);
    await this.open(this.#talk(conversation_id, undefined, title));
  }

  send(content: string): void {
    const talk = this.current;
    if (talk === undefined) return;
    const to =
      talk.recipient_id === undefined ? { conversation_id: talk.conversation_id } : { recipient_id: talk.recipient_id };
    const { message_id } = this.client.send({ ...to, content });
    const sent_at = new Date().toISOString();
    talk.messages.push({ message_id, sender_id: this.client.userId, content, sent_at, state: 'sending' });
    this.onChange();
  }

  async #arrived(message: ReceivedMessage): Promise<void> {
    const other = message.recipient_id === this.client.userId ? message.sender_id : message.recipient_id;
    const known = this.talks.has(message.conversation_id);
    const talk = this.#talk(message.conversation_id, other, undefined);
    talk.messages = merge(talk.messages, [message]);
    if (talk !== this.current) talk.unread += 1;
    this.onChange();
    await this.#learn(message.sender_id);
    if (other !== undefined) talk.title = await this.#learn(other);
    if (!known && other === undefined) await this.load();
    if (talk === this.current) await this.#markRead(talk);
    this.onChange();
  }

  #talk(conversation_id: string, recipient_id: string | undefined, title: string | undefined): Talk {
    const known = this.talks.get(conversation_id);
    if (known !== undefined) {
      if (title !== undefined) known.title = title;
      return known;
    }
    const talk: Talk = { conversation_id, title: title ?? '…', messages: [], unread: 0, complete: false };
    if (recipient_id !== undefined) talk.recipient_id = recipient_id;
    this.talks.set(conversation_id, talk);
    return talk;
  }

  async #learn(userId: string): Promise<string> {
    if (!this.#names.has(userId)) {
      const user = await this.client.getUser(userId).catch(() => undefined);
      this.#names.set(userId, user?.username ?? userId.slice(0, 8));
    }
    return this.#names.get(userId) ?? '…';
  }

  async #markRead(talk: Talk): Promise<void> {
    const newest = talk.messages.findLast((one) => one.sender_id !== this.client.userId);
    // The unread count is a convenience: a message that is not stored yet is marked with the next one.
    if (newest !== undefined) {
      await this.client.conversations.markRead(talk.conversation_id, newest.message_id).catch(() => undefined);
    }
  }
}

/** Joins two runs of messages, each id once, oldest first. */
function merge(older: readonly Shown[], newer: readonly Shown[]): Shown[] {
  const byId = new Map<string, Shown>();
  for (const one of [...older, ...newer]) byId.set(one.message_id, { ...one, ...byId.get(one.message_id) });
  return [...byId.values()].sort((a, b) => a.sent_at.localeCompare(b.sent_at));
}
