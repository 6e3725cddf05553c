/** What one device shows of the messages of a conversation, through the store that pages bind to. */
import type { ChangeStateChange, ChatClient } from '@chat-app/client';
import { ChatStore, type MessageView } from '@chat-app/client/store';
import { isSame } from '../../checker/check-states';
import type { MessageState, Observation } from '../../checker/history';

export interface ShownStatesOptions {
  readonly user: string;
  readonly device: string;
  readonly conversationId: string;
  /** User name of the other user of it. */
  readonly peerName: string;
  readonly observe: (observation: Observation) => void;
}

export class ShownStates {
  readonly #store: ChatStore;
  readonly #last = new Map<string, MessageState>();
  /** By message id. Views are never changed in place: the same one again says nothing new, and there are many. */
  readonly #lookedAt = new Map<string, MessageView>();
  readonly #subscriptions: (() => void)[];
  /** Own changes that wait for an answer, by event. */
  readonly #asked = new Map<string, { askedAt: number; content: string }>();
  #looks = false;

  constructor(
    client: ChatClient,
    private readonly options: ShownStatesOptions,
  ) {
    this.#store = new ChatStore(client);
    this.#subscriptions = [
      this.#store.timeline(options.conversationId).subscribe(() => this.#look()),
      client.on('change_state', (change) => this.#changeState(change)),
    ];
  }

  get conversationId(): string {
    return this.options.conversationId;
  }

  /** Reads the conversation from the server, so that what is missed later can be asked for. */
  async begin(): Promise<void> {
    // Before its first message the server knows no such conversation.
    await this.#store.openDirect(this.options.peerName);
    await this.#store.loadGap(this.options.conversationId, 'end');
  }

  /** Asks for what was missed. */
  refresh(): Promise<void> {
    return this.#store.readChanges(this.options.conversationId);
  }

  /** A user of this device changes a message. Nothing happens where it is not there, or the outbox is full. */
  change(messageId: string, change: 'edit' | 'delete' | 'react', content: string, on: boolean): void {
    const message = [...this.#messages()].find((one) => one.message_id === messageId);
    if (message === undefined || message.deleted_at !== undefined || message.change !== undefined) return;
    const { user, conversationId: conversation_id, observe } = this.options;
    const at = Date.now();
    const asked = { kind: 'changing', at, user, message_id: messageId, conversation_id, change } as const;
    // Before it is done: what it makes of the message is shown within the call.
    observe({ ...asked, content: change === 'edit' ? content : '' });
    if (change === 'edit') this.#store.edit(message, content);
    else if (change === 'delete') this.#store.delete(message);
    else this.#store.react(message, content, on);
  }

  /** The messages that it shows, by id. */
  states(): ReadonlyMap<string, MessageState> {
    return new Map([...this.#messages()].map((message) => [message.message_id, stateOf(message)]));
  }

  /** The user of this device begins to look at the conversation, which reads it, or leaves it. */
  lookOrLeave(): void {
    if (this.#looks) this.#observeRead();
    this.#looks = !this.#looks;
    this.#store.setActive(this.#looks ? this.options.conversationId : undefined);
  }

  leave(): void {
    if (this.#looks) this.lookOrLeave();
  }

  /** How many messages of the conversation it shows as unread. */
  unread(): number {
    const { conversationId } = this.options;
    return this.#store.conversations.get().find((one) => one.conversation_id === conversationId)?.unread ?? 0;
  }

  release(): void {
    for (const unsubscribe of this.#subscriptions) unsubscribe();
    this.#store.release();
  }

  #look(): void {
    const { user, device, observe } = this.options;
    for (const message of this.#messages()) {
      const { message_id } = message;
      if (this.#lookedAt.get(message_id) === message) continue;
      this.#lookedAt.set(message_id, message);
      const state = stateOf(message);
      const last = this.#last.get(message_id);
      // An own change that waits is what its user wants, not what is so.
      if (message.change !== undefined || (last !== undefined && isSame(last, state))) continue;
      this.#last.set(message_id, state);
      observe({ kind: 'showing', at: Date.now(), user, device, message_id, state });
    }
  }

  /** What one sees when one leaves is read, where nothing is unread. */
  #observeRead(): void {
    const { user, device, conversationId: conversation_id, observe } = this.options;
    const newest = [...this.#messages()].findLast((one) => !one.own);
    if (newest === undefined || this.unread() > 0) return;
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

  *#messages(): Iterable<MessageView> {
    for (const item of this.#store.timeline(this.options.conversationId).get().items) {
      if (item.kind === 'message') yield item.message;
    }
  }
}

function stateOf({ content, deleted_at, reactions = [] }: MessageView): MessageState {
  const named = reactions.flatMap(({ emoji, user_ids }) => user_ids.map((userId) => `${emoji} ${userId}`));
  return { content, deleted: deleted_at !== undefined, reactions: named.sort() };
}
