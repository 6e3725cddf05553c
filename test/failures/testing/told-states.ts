/** What a device that comes late is told of messages: by its inbox, and by the history. It has shown none of them before. */
import type { ReceivedMessage } from '@chat-app/client';
import type { StoreClient } from '@chat-app/client/store';
import type { MessageState, Observation } from '../../checker/history';

export interface ToldStatesOptions {
  readonly user: string;
  readonly device: string;
  readonly observe: (observation: Observation) => void;
}

const PAGE = 100;

export class ToldStates {
  constructor(
    private readonly client: Pick<StoreClient, 'on' | 'conversations'>,
    private readonly options: ToldStatesOptions,
  ) {}

  /** From now on what the inbox tells is observed. */
  follow(): void {
    const { client } = this;
    const { device } = this.options;
    const reactions = new Map<string, readonly string[]>();
    client.on('message', (message) => {
      const state = stateOf(message);
      reactions.set(message.message_id, state.reactions);
      this.#told(device, message.message_id, state);
    });
    // An entry of an edit tells the whole content; what is reacted with the message said.
    client.on('edited', ({ message_id, content, deleted_at }) => {
      const known = reactions.get(message_id);
      if (known !== undefined) {
        this.#told(device, message_id, { content, deleted: deleted_at !== undefined, reactions: known });
      }
    });
  }

  /** Reads the whole history of a conversation. */
  async readHistory(conversation: string): Promise<void> {
    let before: string | undefined;
    for (;;) {
      const page = { limit: PAGE, ...(before !== undefined && { before }) };
      const { messages, more } = await this.client.conversations.history(conversation, page);
      for (const message of messages) {
        this.#told(`${this.options.device}, in the history`, message.message_id, stateOf(message));
      }
      before = messages[0]?.message_id;
      if (!more || before === undefined) return;
    }
  }

  #told(device: string, message_id: string, state: MessageState): void {
    const { user, observe } = this.options;
    observe({ kind: 'final', at: Date.now(), user, device, message_id, state });
  }
}

function stateOf({
  content,
  deleted_at,
  reactions = {},
}: Pick<ReceivedMessage, 'content' | 'deleted_at' | 'reactions'>): MessageState {
  const named = Object.entries(reactions).flatMap(([emoji, { user_ids }]) => user_ids.map((id) => `${emoji} ${id}`));
  return { content, deleted: deleted_at !== undefined, reactions: named.sort() };
}
