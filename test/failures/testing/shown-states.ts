/** What one device shows of the messages of its conversations, and what its user does there: through the store that pages bind to. */
import type { ChangeStateChange } from '@chat-app/client';
import { ChatStore, type ConversationView, type MessageView, type StoreClient } from '@chat-app/client/store';
import { isSame } from '../../checker/check-states';
import type { Change, MessageState, Observation } from '../../checker/history';

export interface ShownStatesOptions {
  readonly user: string;
  readonly device: string;
  /** With whom the user talks directly. */
  readonly peer: { user_id: string; username: string };
  /** Groups of the user. */
  readonly groups: readonly string[];
  readonly observe: (observation: Observation) => void;
}

/** So many of the newest messages are changed: some are not stored yet, and some are changed by several at once. */
const CHANGEABLE = 10;

export class ShownStates {
  /** The direct one first. */
  readonly conversations: readonly string[];
  readonly #store: ChatStore;
  readonly #last = new Map<string, MessageState>();
  /** By message id. Views are never changed in place: the same one again says nothing new, and there are many. */
  readonly #lookedAt = new Map<string, MessageView>();
  readonly #subscriptions: (() => void)[];
  /** Own changes that wait for an answer, by event. */
  readonly #asked = new Map<string, { askedAt: number; content: string }>();
  #looksAt: string | undefined;
  #looks = 0;

  constructor(
    private readonly client: StoreClient,
    private readonly options: ShownStatesOptions,
  ) {
    this.#store = new ChatStore(client);
    this.conversations = [this.#store.openDirectWith(options.peer), ...options.groups];
    this.#subscriptions = [
      ...this.conversations.map((id) => this.#store.timeline(id).subscribe(() => this.#look(id))),
      client.on('change_state', (change) => this.#changeState(change)),
    ];
  }

  /** Reads the conversations from the server, so that what is missed later can be asked for. */
  async begin(): Promise<void> {
    for (const id of this.conversations) await this.#store.loadGap(id, 'end');
  }

  /** Asks for what was missed. */
  async refresh(): Promise<void> {
    for (const id of this.conversations) await this.#store.readChanges(id);
  }

  /** A user of this device sends a message, which it shows at once. */
  send(conversation_id: string, content: string): void {
    const { user, observe } = this.options;
    this.#store.send(conversation_id, content);
    const sent = this.client.pending.at(-1);
    if (sent === undefined) throw new Error('what is sent waits in the outbox');
    observe({ kind: 'sent', at: Date.now(), user, client_id: sent.id, conversation_id, content });
  }

  /** A user of this device changes one of the newest messages, another with each turn. Nothing happens where there is none to change so. */
  change(conversation_id: string, change: Change, content: string, turn: number): void {
    const { user, observe } = this.options;
    const role = this.#conversation(conversation_id)?.role;
    const fitting = [...this.#messages(conversation_id)]
      .filter((one) => mayChange(one, change, role))
      .slice(-CHANGEABLE);
    const message = fitting[turn % Math.max(1, fitting.length)];
    if (message === undefined) return;
    const { message_id } = message;
    // Before it is done: what it makes of the message is shown within the call.
    observe({
      ...{ kind: 'changing', at: Date.now(), user, message_id, conversation_id, change },
      content: change === 'edit' ? content : '',
    });
    if (change === 'edit') this.#store.edit(message, content);
    else if (change === 'delete') this.#store.delete(message);
    else {
      const isOn = message.reactions?.some((one) => one.emoji === content && one.own) === true;
      this.#store.react(message, content, !isOn);
    }
  }

  /** The messages that it shows, by id. */
  states(): ReadonlyMap<string, MessageState> {
    const messages = this.conversations.flatMap((id) => [...this.#messages(id)]);
    return new Map(messages.map((message) => [message.message_id, stateOf(message, this.options.user)]));
  }

  /** The user of this device begins to look at a conversation, another each time, which reads it, or leaves it. */
  lookOrLeave(): void {
    if (this.#looksAt !== undefined) this.#observeRead(this.#looksAt);
    const next = this.conversations[this.#looks % this.conversations.length];
    if (this.#looksAt === undefined) this.#looks += 1;
    this.#looksAt = this.#looksAt === undefined ? next : undefined;
    this.#store.setActive(this.#looksAt);
  }

  leave(): void {
    if (this.#looksAt !== undefined) this.lookOrLeave();
  }

  /** How many messages of a conversation it shows as unread. */
  unread(conversationId: string): number {
    return this.#conversation(conversationId)?.unread ?? 0;
  }

  release(): void {
    for (const unsubscribe of this.#subscriptions) unsubscribe();
    this.#store.release();
  }

  #look(conversationId: string): void {
    const { user, device, observe } = this.options;
    for (const message of this.#messages(conversationId)) {
      const { message_id } = message;
      if (this.#lookedAt.get(message_id) === message) continue;
      this.#lookedAt.set(message_id, message);
      const state = stateOf(message, user);
      const last = this.#last.get(message_id);
      // An own change that waits is what its user wants, not what is so.
      if (message.change !== undefined || (last !== undefined && isSame(last, state))) continue;
      this.#last.set(message_id, state);
      observe({ kind: 'showing', at: Date.now(), user, device, message_id, state });
    }
  }

  /** What one sees when one leaves is read, where nothing is unread: of what is deleted no marker says so. */
  #observeRead(conversation_id: string): void {
    const { user, device, observe } = this.options;
    const newest = [...this.#messages(conversation_id)].findLast((one) => !one.own && one.deleted_at === undefined);
    if (newest === undefined || this.unread(conversation_id) > 0) return;
    observe({ kind: 'read', at: Date.now(), user, device, conversation_id, message_id: newest.message_id });
  }

  #changeState({ event_id, message_id, change, state, content, emoji, on = true }: ChangeStateChange): void {
    const { user, observe } = this.options;
    const at = Date.now();
    if (state === 'sending') this.#asked.set(event_id, { askedAt: at, content: content ?? emoji ?? '' });
    const asked = this.#asked.get(event_id);
    if (state !== 'accepted' || asked === undefined) return;
    observe({ kind: 'changed', at, ...asked, user, event_id, message_id, change, on });
  }

  #conversation(id: string): ConversationView | undefined {
    return this.#store.conversations.get().find((one) => one.conversation_id === id);
  }

  *#messages(conversationId: string): Iterable<MessageView> {
    for (const item of this.#store.timeline(conversationId).get().items) {
      if (item.kind === 'message') yield item.message;
    }
  }
}

/** Whether the user of a device would be let: own messages are edited and deleted, as an owner any is deleted; all are reacted to. */
function mayChange(message: MessageView, change: Change, role: ConversationView['role'] | undefined): boolean {
  const { own, state, deleted_at, change: waiting } = message;
  if (deleted_at !== undefined || waiting !== undefined || state === 'sending' || state === 'failed') return false;
  return change === 'react' || own || (change === 'delete' && role === 'owner');
}

/** Own reactions as the device shows them: it may know better than who is named, or think so. */
function stateOf({ content, deleted_at, reactions = [] }: MessageView, user: string): MessageState {
  const named = reactions.flatMap(({ emoji, own, user_ids }) => {
    const users = user_ids.filter((id) => id !== user);
    return [...users, ...(own ? [user] : [])].map((id) => `${emoji} ${id}`);
  });
  return { content, deleted: deleted_at !== undefined, reactions: named.sort() };
}
